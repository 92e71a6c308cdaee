"""Every HTTP path: API, admin and pages."""

from django.contrib import admin
from django.urls import include, path

from marketplace.api import api
from marketplace.metrics import metrics

urlpatterns = [
    path("api/", api.urls),
    path("admin/", admin.site.urls),
    path("metrics", metrics, name="metrics"),
    path("", include("marketplace.pages.urls")),
]
handler500 = "marketplace.failures.on_uncaught"
