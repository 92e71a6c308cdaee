"""Where the pages are."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from marketplace.pages import desk, floor, home, new_session, party, replay, room, sheet, spectators, trade, trade_list

urlpatterns = [
    path("", home.home, name="home"),
    path("demo/", home.run_demo, name="run_demo"),
    path("sessions/", home.sessions, name="sessions"),
    path("sessions/new/", new_session.new_session, name="new_session"),
    path("sessions/new/read/", new_session.read_list, name="read_list"),
    path("sessions/new/check/", new_session.check_list, name="check_list"),
    path("sessions/new/list.csv", new_session.export_list, name="export_list"),
    path("sessions/new/sample.csv", new_session.sample_list, name="sample_list"),
    path("sessions/<uuid:code>/", floor.floor, name="floor"),
    path("sessions/<uuid:code>/sheet/", sheet.sheet, name="sheet"),
    path("sessions/<uuid:code>/sheet.csv", sheet.sheet_csv, name="sheet_csv"),
    path("sessions/<uuid:code>/start/", floor.start_all, name="start_all"),
    path("sessions/<uuid:code>/pause/", floor.pause_all, name="pause_all"),
    path("sessions/<uuid:code>/resume/", floor.resume_all, name="resume_all"),
    path("sessions/<uuid:code>/clone/", floor.clone, name="clone"),
    path("sessions/<uuid:code>/delete/", floor.delete, name="delete"),
    path("rooms/<uuid:code>/", room.room, name="room"),
    path("rooms/<uuid:code>/replay/", replay.replay, name="replay"),
    path("rooms/<uuid:code>/compare/", replay.compare, name="compare"),
    path("negotiations/<uuid:code>/", desk.thread, name="thread"),
    path("negotiations/<uuid:code>/invite/", desk.invite, name="invite"),
    path("waiting/", desk.waiting, name="waiting"),
    path("approvals/", desk.approvals, name="approvals"),
    path("trades/", trade_list.trades, name="trades"),
    path("trades.csv", trade_list.trades_csv, name="trades_csv"),
    path("trades/<str:number>/", trade.trade, name="trade"),
    path("trades/<str:number>/confirm/", trade.confirm, name="confirm_trade"),
    path("trades/<str:number>/cancel/", trade.cancel, name="cancel_trade"),
    path("sign-in/<str:token>/", home.sign_in, name="sign_in"),
    path("enter/<str:token>/", party.enter, name="enter"),
    path("watch/<str:token>/", spectators.watch, name="watch"),
    path(
        "login/",
        LoginView.as_view(template_name="login.html", redirect_authenticated_user=True),
        name="login",
    ),
    path("logout/", LogoutView.as_view(next_page="login"), name="logout"),
]
