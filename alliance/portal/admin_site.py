from django.contrib import admin


class PortalAdminSite(admin.AdminSite):
    site_header = "Alliance pour la solidarité · Administration"
    site_title = "Administration"
    index_title = "Ce qui attend"
