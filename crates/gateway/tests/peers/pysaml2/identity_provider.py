"""The pysaml2 package as an identity provider: a page to sign in at; requests and responses are pysaml2's.

PEER_URL is its address, PEER_KEYS the folder with key and certificate, PEER_FOLDER the test's own, where the metadata of
the service provider lie once there is one. PEER_SETTINGS is what one test wants of it, in pysaml2's own words. PEER_CIPHER is
the end of an algorithm's name: pysaml2 can't be told by settings how to encrypt, so that its own parts are given other
defaults.
"""

import functools
import json
import os
from html import escape
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT, entity
from saml2.authn_context import PASSWORDPROTECTEDTRANSPORT
from saml2.config import IdPConfig
from saml2.metadata import entity_descriptor
from saml2.response import IncorrectlySigned
from saml2.saml import NAMEID_FORMAT_UNSPECIFIED, NameID
from saml2.sigver import verify_redirect_signature
from saml2.server import Server
from saml2.sigver import SecurityContext, pre_encryption_part

URL = os.environ["PEER_URL"]
KEYS = Path(os.environ["PEER_KEYS"])
SERVICE_PROVIDER = Path(os.environ["PEER_FOLDER"]) / "service-provider.xml"
SETTINGS = json.loads(os.environ["PEER_SETTINGS"])
LOGOUT_BY = SETTINGS.pop("logout_by")
PEOPLE = json.loads((Path(__file__).parents[1] / "people.json").read_text(encoding="utf-8"))

CIPHER = os.environ["PEER_CIPHER"]
if CIPHER:
    vocabulary = "http://www.w3.org/2009/xmlenc11#" if CIPHER.endswith("gcm") else "http://www.w3.org/2001/04/xmlenc#"
    session_key = "aes-256" if CIPHER.startswith("aes256") else "aes-128"
    entity.pre_encryption_part = functools.partial(pre_encryption_part, msg_enc=vocabulary + CIPHER)
    SecurityContext.encrypt_assertion = functools.partialmethod(SecurityContext.encrypt_assertion, key_type=session_key)

PAGE = """<!DOCTYPE html><title>Sign in</title><form method="post" action="{address}">
<input id="username" name="username"><input id="password" name="password" type="password"><button>Sign in</button>
</form>"""


def config():
    """What pysaml2 is told."""
    known = [str(SERVICE_PROVIDER)] if SERVICE_PROVIDER.exists() else []
    return IdPConfig().load(
        {
            "entityid": f"{URL}/metadata",
            "key_file": str(KEYS / "rsa.key.pem"),
            "cert_file": str(KEYS / "rsa.crt.pem"),
            "metadata": {"local": known},
            "service": {
                "idp": {
                    "endpoints": {
                        "single_sign_on_service": [(f"{URL}/sso", BINDING_HTTP_REDIRECT), (f"{URL}/sso", BINDING_HTTP_POST)],
                        "single_logout_service": [(f"{URL}/slo", LOGOUT_BY)],
                    },
                    "policy": {"default": {"lifetime": {"minutes": 5}}},
                    **SETTINGS,
                }
            },
        }
    )


def wish(server, query):
    """Who wants to know, where and in answer to what; at the dashboard's tile nobody has asked."""
    if "SAMLRequest" not in query:
        places = server.metadata.assertion_consumer_service(query["sp"], BINDING_HTTP_POST)
        return {"sp_entity_id": query["sp"], "destination": places[0]["location"], "in_response_to": None}
    request = server.parse_authn_request(
        query["SAMLRequest"],
        query.get("binding", BINDING_HTTP_REDIRECT),
        relay_state=query.get("RelayState"),
        sigalg=query.get("SigAlg"),
        signature=query.get("Signature"),
    )
    answer = server.response_args(request.message)
    return {name: answer[name] for name in ("sp_entity_id", "destination", "in_response_to")}


def response(server, person, wished, relay_state):
    """The page that carries the signed response to the service provider."""
    made = server.create_authn_response(
        person["attributes"],
        **wished,
        name_id=NameID(format=NAMEID_FORMAT_UNSPECIFIED, text=person["name_id"]),
        authn={"class_ref": PASSWORDPROTECTEDTRANSPORT, "authn_auth": URL},
    )
    posted = server.apply_binding(BINDING_HTTP_POST, str(made), wished["destination"], relay_state, response=True)
    return posted["data"]


def carried(server, message, destination, relay_state, response):
    """Where the browser goes with a signed message, or the page that posts it: the query or the message is signed."""
    sent = server.apply_binding(
        LOGOUT_BY, str(message), destination, relay_state, response=response, sign=LOGOUT_BY == BINDING_HTTP_REDIRECT
    )
    return dict(sent["headers"]).get("Location"), sent["data"]


def logout_request(server, person):
    """Asks the only service provider there is to end all of somebody's sessions."""
    service_provider = next(iter(server.metadata.keys()))
    destination = server.metadata.single_logout_service(service_provider, LOGOUT_BY, "spsso")[0]["location"]
    _, request = server.create_logout_request(
        destination,
        service_provider,
        name_id=NameID(format=NAMEID_FORMAT_UNSPECIFIED, text=person["name_id"]),
        sign=LOGOUT_BY == BINDING_HTTP_POST,
    )
    return carried(server, request, destination, "", False)


def logout_response(server, query):
    """Answers a request whose signature holds."""
    request = server.parse_logout_request(
        query["SAMLRequest"],
        LOGOUT_BY,
        relay_state=query.get("RelayState"),
        sigalg=query.get("SigAlg"),
        signature=query.get("Signature"),
    )
    response = server.create_logout_response(request.message, [LOGOUT_BY], sign=LOGOUT_BY == BINDING_HTTP_POST)
    destination = server.response_args(request.message, [LOGOUT_BY])["destination"]
    return carried(server, response, destination, query.get("RelayState", ""), True)


def logout_outcome(server, query):
    """What a response says whose signature holds. In a query pysaml2 leaves that to its caller."""
    if LOGOUT_BY == BINDING_HTTP_REDIRECT:
        service_provider = next(iter(server.metadata.keys()))
        _, certificate = server.metadata.certs(service_provider, "spsso", "signing")[0]
        if not verify_redirect_signature(query, server.sec.sec_backend, certificate):
            raise IncorrectlySigned("the query")
    response = server.parse_logout_request_response(query["SAMLResponse"], LOGOUT_BY)
    return response.response.status.status_code.value


class Door(BaseHTTPRequestHandler):
    def do_GET(self):
        address = urlsplit(self.path)
        if address.path == "/metadata":
            self.answer(200, str(entity_descriptor(config())), "application/samlmetadata+xml")
        elif address.path == "/sso":
            cookies = SimpleCookie(self.headers["Cookie"])
            remembered = cookies.get("signed-in-as")
            self.sign_in(dict(parse_qsl(address.query)), remembered and PEOPLE.get(remembered.value))
        elif address.path == "/sign-out":
            self.forgets = True
            self.carry(*logout_request(Server(config=config()), PEOPLE["ann"]))
        elif address.path == "/slo":
            self.log_out(dict(parse_qsl(address.query)))
        else:
            self.answer(404, "not found", "text/plain")

    def do_POST(self):
        form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        if urlsplit(self.path).path == "/slo":
            self.log_out(form)
            return
        if "SAMLRequest" in form:
            self.sign_in({**form, "binding": BINDING_HTTP_POST}, None)
            return
        person = PEOPLE.get(form["username"])
        knows_password = person and person["password"] == form["password"]
        self.remembered = knows_password and form["username"]
        self.sign_in(dict(parse_qsl(urlsplit(self.path).query)), knows_password and person)

    def sign_in(self, query, person):
        """The page to sign in at, where nobody is signed in yet; whatever request comes along is checked before it."""
        server = Server(config=config())
        try:
            wished = wish(server, query)
        except IncorrectlySigned as refusal:
            self.answer(403, f"{type(refusal).__name__}: {refusal}", "text/plain")
            return
        # The page's form carries the request on, however it came.
        page = PAGE.format(address=escape(f"?{urlencode(query)}"))
        self.answer(200, response(server, person, wished, query.get("RelayState", "")) if person else page)

    def log_out(self, message):
        """Answers a service provider that asks, or shows what one has answered."""
        server = Server(config=config())
        try:
            if "SAMLResponse" in message:
                self.answer(200, logout_outcome(server, message), "text/plain")
                return
            answer = logout_response(server, message)
        except IncorrectlySigned as refusal:
            self.answer(403, f"{type(refusal).__name__}: {refusal}", "text/plain")
            return
        self.forgets = True
        self.carry(*answer)

    def carry(self, location, page):
        self.location = location
        self.answer(303 if location else 200, page or "")

    def answer(self, status, text, kind="text/html"):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        if self.location:
            self.send_header("Location", self.location)
        if self.forgets:
            self.send_header("Set-Cookie", "signed-in-as=; Max-Age=0")
        if self.remembered:
            # Good enough for a test, where everybody is who they say.
            self.send_header("Set-Cookie", f"signed-in-as={self.remembered}; HttpOnly")
        self.end_headers()
        self.wfile.write(body)

    remembered = None
    forgets = False
    location = None


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", urlsplit(URL).port), Door).serve_forever()
