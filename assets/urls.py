"""Pages under /registry/."""

from django.urls import path

from assets.views import browsing, editing, exchange, failing

app_name = "registry"
urlpatterns = [
    path("", browsing.index, name="index"),
    path("choices/", browsing.choices, name="choices"),
    path("sites/<int:site_id>/", browsing.site, name="site"),
    path("racks/<int:rack_id>/", browsing.rack, name="rack"),
    path("equipment/<int:equipment_id>/", browsing.equipment, name="equipment"),
    path("equipment/<int:equipment_id>/inputs/", editing.wire, name="wire"),
    path("equipment/<int:equipment_id>/status/", editing.mark, name="mark"),
    path("impact/", failing.impact, name="impact"),
    path("quality/", browsing.quality, name="quality"),
    path("import/", exchange.bring, name="import"),
    path("import/apply/", exchange.apply, name="apply"),
    path("export/", exchange.export, name="export"),
]
