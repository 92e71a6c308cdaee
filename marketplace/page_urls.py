"""Where the pages are."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from marketplace import (
    desk_views,
    floor_views,
    new_session_views,
    party_views,
    replay_views,
    room_views,
    sheet_views,
    spectator_views,
    trade_list_views,
    trade_views,
    views,
)

urlpatterns = [
    path("", views.home, name="home"),
    path("demo/", views.run_demo, name="run_demo"),
    path("sessions/", views.sessions, name="sessions"),
    path("sessions/new/", new_session_views.new_session, name="new_session"),
    path("sessions/new/read/", new_session_views.read_list, name="read_list"),
    path("sessions/new/check/", new_session_views.check_list, name="check_list"),
    path("sessions/new/list.csv", new_session_views.export_list, name="export_list"),
    path("sessions/new/sample.csv", new_session_views.sample_list, name="sample_list"),
    path("sessions/<uuid:code>/", floor_views.floor, name="floor"),
    path("sessions/<uuid:code>/sheet/", sheet_views.sheet, name="sheet"),
    path("sessions/<uuid:code>/sheet.csv", sheet_views.sheet_csv, name="sheet_csv"),
    path("sessions/<uuid:code>/start/", floor_views.start_all, name="start_all"),
    path("sessions/<uuid:code>/pause/", floor_views.pause_all, name="pause_all"),
    path("sessions/<uuid:code>/resume/", floor_views.resume_all, name="resume_all"),
    path("sessions/<uuid:code>/clone/", floor_views.clone, name="clone"),
    path("sessions/<uuid:code>/delete/", floor_views.delete, name="delete"),
    path("rooms/<uuid:code>/", room_views.room, name="room"),
    path("rooms/<uuid:code>/replay/", replay_views.replay, name="replay"),
    path("rooms/<uuid:code>/compare/", replay_views.compare, name="compare"),
    path("negotiations/<uuid:code>/", desk_views.thread, name="thread"),
    path("negotiations/<uuid:code>/invite/", desk_views.invite, name="invite"),
    path("waiting/", desk_views.waiting, name="waiting"),
    path("approvals/", desk_views.approvals, name="approvals"),
    path("trades/", trade_list_views.trades, name="trades"),
    path("trades.csv", trade_list_views.trades_csv, name="trades_csv"),
    path("trades/<str:number>/", trade_views.trade, name="trade"),
    path("trades/<str:number>/confirm/", trade_views.confirm, name="confirm_trade"),
    path("trades/<str:number>/cancel/", trade_views.cancel, name="cancel_trade"),
    path("sign-in/<str:token>/", views.sign_in, name="sign_in"),
    path("enter/<str:token>/", party_views.enter, name="enter"),
    path("watch/<str:token>/", spectator_views.watch, name="watch"),
    path(
        "login/",
        LoginView.as_view(template_name="login.html", redirect_authenticated_user=True),
        name="login",
    ),
    path("logout/", LogoutView.as_view(next_page="login"), name="logout"),
]
