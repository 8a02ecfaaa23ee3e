"""Corrections to Django's formats, found through FORMAT_MODULE_PATH = "alliance.formats"."""
