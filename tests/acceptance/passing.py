"""People and apps that sign in over HTTP, and every secret that passes on the way."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.acceptance.instance import Instance, Reply

#: An app's own small server would listen there; nothing does, and the address is what counts.
BACK = "http://127.0.0.1:9/back"

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Visitor:
    """Somebody at a browser. *passed* are the cookies and the proofs of forms it was given."""

    instance: Instance
    cookie: str = ""
    csrf: str = ""
    passed: set[str] = field(default_factory=set)

    def get(self, path: str) -> Reply:
        """Open a page."""

        return self._told(self.instance.call("GET", path, token=None, headers=self._cookies()))

    def send(self, path: str, **fields: str) -> Reply:
        """Send a form of ours."""

        body = urlencode({"csrf": self.csrf, **fields}).encode()
        headers = _FORM | self._cookies()
        return self._told(self.instance.call("POST", path, body, token=None, headers=headers))

    def sign_in(self, name: str, password: str) -> None:
        """Sign in, after a wrong password; a form without its proof is tried as well."""

        self.get("/signin")
        self.send("/signin", csrf="", step="sign_in", name=name, password=password)
        self.send("/signin", step="sign_in", name=name, password=f"{password}-wrong")
        reply = self.send("/signin", step="sign_in", name=name, password=password)
        assert reply.status == 303, reply.body
        self.get("/signin")

    def _cookies(self) -> dict[str, str]:
        return {"Cookie": f"scrobbled={self.cookie}"} if self.cookie else {}

    def _told(self, reply: Reply) -> Reply:
        headers = {name.lower(): value for name, value in reply.headers.items()}
        if found := re.match(r"scrobbled=([\w-]+)", headers.get("set-cookie", "")):
            self.cookie = found[1]
        if found := re.search(r'name="csrf" value="(\w+)"', reply.body.decode(errors="replace")):
            self.csrf = found[1]
        self.passed |= {self.cookie, self.csrf} - {""}
        return reply


def sign_in_everywhere(instance: Instance) -> list[str]:
    """
    A person signs in, lets an app and a device in, the apps renew and revoke: all secrets that were
    used, with those of a person who has an address at a mail provider for a name.
    """

    password, mail = f"pass-{secrets.token_hex(8)}", f"anna.{secrets.token_hex(4)}@mail.example"
    instance.run("user", "password", "admin", stdin=f"{password}\n")
    visitor = Visitor(instance)
    visitor.sign_in("admin", password)
    visitor.send("/signin", step="sign_in", name=mail, password=password)
    found = [password, mail, *_let_app_in(instance, visitor), *_let_device_in(instance, visitor)]
    for player in ("plex", "jellyfin", "emby", "generic"):
        account = {"title": mail, "Name": mail}
        body = {"event": "media.stop", "title": "Mailed", "Account": account, "User": account, "user": mail}
        instance.call("POST", f"/webhooks/{player}", body)
    visitor.send("/signout")
    return [*found, *visitor.passed]


def _let_app_in(instance: Instance, visitor: Visitor) -> list[str]:
    """By a code that leads back to the app; then its tokens are renewed, a copy is used, they are revoked."""

    client, secret = f"client-{secrets.token_hex(16)}", f"secret-{secrets.token_hex(16)}"
    query = {"response_type": "code", "client_id": client, "redirect_uri": BACK, "state": "s"}
    path = f"/oauth/authorize?{urlencode(query)}"
    visitor.get(path)
    back = visitor.send(path, answer="allow").headers["Location"]
    (code,) = parse_qs(urlsplit(back).query)["code"]
    app = {"client_id": client, "client_secret": secret, "redirect_uri": BACK}
    exchange = app | {"code": code, "grant_type": "authorization_code"}
    first = _token(instance, exchange)
    renewed = _token(instance, app | {"refresh_token": first[1], "grant_type": "refresh_token"})
    for wrong in (exchange | {"client_secret": f"{secret}-wrong"}, exchange | {"code": f"{code}-wrong"}):
        instance.call("POST", "/oauth/token", wrong, token=None)
    instance.call("GET", f"/trakt/sync/history?access_token={renewed[0]}", token=renewed[0])
    instance.call("POST", f"/oauth/revoke?token={renewed[1]}", app | {"token": renewed[0]}, token=None)
    instance.call("GET", f"/back?code={code}&refresh_token={renewed[1]}&client_secret={secret}", token=None)
    return [secret, code, *first, *renewed]


def _let_device_in(instance: Instance, visitor: Visitor) -> list[str]:
    """By the code that it shows."""

    app = {"client_id": f"client-{secrets.token_hex(16)}", "client_secret": f"secret-{secrets.token_hex(16)}"}
    codes = instance.call("POST", "/trakt/oauth/device/code", app, token=None).json
    shown, code = codes["user_code"], codes["device_code"]
    visitor.send("/activate", user_code=shown)
    for path in (f"/activate/{shown}", f"//activate/{shown}/"):
        visitor.get(path)
    visitor.send(f"/activate/{shown}", answer="allow")
    tokens = _token(instance, app | {"code": code}, "/oauth/device/token")
    instance.call("GET", f"/oauth/device/token?code={code}&user_code={shown}", token=None)
    return [app["client_secret"], code, shown, *tokens]


def _token(instance: Instance, body: dict[str, str], path: str = "/oauth/token") -> tuple[str, str]:
    reply = instance.call("POST", path, body, token=None)
    assert reply.status == 200, reply.body
    return reply.json["access_token"], reply.json["refresh_token"]
