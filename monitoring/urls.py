"""Mounted at /monitoring/."""

from django.urls import path

from monitoring.views import alerts, diagnosis, incidents, sources, windows

app_name = "monitoring"
urlpatterns = [
    path("tickets/<int:ticket_id>/alerts/", alerts.ticket_alerts, name="ticket-alerts"),
    path("tickets/<int:ticket_id>/synchronise/", alerts.synchronise, name="synchronise"),
    path("tickets/<int:ticket_id>/incident/", alerts.connect, name="ticket-connect"),
    path("tickets/<int:ticket_id>/incident/off/", alerts.disconnect, name="ticket-disconnect"),
    path("tickets/<int:ticket_id>/diagnosis/", diagnosis.panel, name="diagnosis"),
    path("expiries/", diagnosis.expiries, name="expiries"),
    path("incidents/", incidents.index, name="incidents"),
    path("incidents/count/", incidents.count, name="incident-count"),
    path("incidents/<str:number>/", incidents.incident, name="incident"),
    path("incidents/<str:number>/loose/", incidents.loose, name="incident-loose"),
    path("incidents/<str:number>/roots/", incidents.roots, name="incident-roots"),
    path("incidents/<str:number>/proposal/", incidents.proposal, name="incident-proposal"),
    path("incidents/<str:number>/preview/<int:customer_id>/", incidents.preview, name="incident-preview"),
    path("incidents/<str:number>/<slug:what>/", incidents.act, name="incident-act"),
    path("works/", windows.index, name="windows"),
    path("works/new/", windows.new, name="window-new"),
    path("works/<int:window_id>/", windows.window, name="window"),
    path("works/<int:window_id>/cancel/", windows.cancel, name="window-cancel"),
    path("sources/", sources.sources, name="sources"),
    path("sources/<int:source_id>/rotate/", sources.rotate, name="rotate"),
    path("unknown-hosts/", sources.unknown_hosts, name="unknown-hosts"),
    path("rejected/", sources.rejected, name="rejected"),
]
