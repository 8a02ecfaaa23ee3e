"""Formats of French Canada where Django's own are wrong or too lenient.

Django 5.2 leaves the « h » of « 13 h 05 » unescaped, so 13:05 prints as « 13 01 05 ».
"""

DATE_FORMAT = "Y-m-d"  # tables and fields; a sentence says « 1er avril 2022 » (alliance.lib.dates)
TIME_FORMAT = "G\xa0\\h\xa0i"
DATETIME_FORMAT = "Y-m-d, G\xa0\\h\xa0i"
SHORT_DATETIME_FORMAT = "Y-m-d G\xa0\\h\xa0i"

# Two-digit years are refused: « 22-03-01 » could be read in three ways.
DATE_INPUT_FORMATS = ["%Y-%m-%d"]
