"""Every HTTP path: API, admin and pages."""

from django.contrib import admin
from django.urls import include, path

from marketplace.api import api

urlpatterns = [
    path("api/", api.urls),
    path("admin/", admin.site.urls),
    path("", include("marketplace.page_urls")),
]
