"""A mail server: keeps each message that it takes in a file, and answers as the test says.

MAIL_FOLDER is where messages go. A file `answers` there holds one answer a line, such as "451 busy": each is given once.
With MAIL_CERTIFICATE and MAIL_KEY it offers STARTTLS, and takes mail from whoever signed in as gatehouse with "secret" alone.
"""

import os
import pathlib
import ssl
import sys
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

FOLDER = pathlib.Path(os.environ["MAIL_FOLDER"])


class Keeper:
    taken = 0

    async def handle_DATA(self, server, session, envelope):
        answer = next_answer()
        if not answer.startswith("250"):
            return answer
        self.taken += 1
        name = FOLDER / f"{self.taken}.eml"
        part = name.with_suffix(".part")
        part.write_bytes(f"X-Envelope-To: {', '.join(envelope.rcpt_tos)}\r\n".encode() + envelope.content)
        part.rename(name)
        return answer


def next_answer():
    answers = FOLDER / "answers"
    lines = answers.read_text().splitlines() if answers.exists() else []
    if not lines:
        return "250 taken"
    answers.write_text("\n".join(lines[1:]))
    return lines[0]


def authenticate(server, session, envelope, mechanism, data):
    return AuthResult(success=(data.login, data.password) == (b"gatehouse", b"secret"))


def settings():
    certificate = os.environ.get("MAIL_CERTIFICATE")
    if certificate is None:
        return {}
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, os.environ["MAIL_KEY"])
    return {
        "tls_context": context,
        "require_starttls": True,
        "auth_required": True,
        "authenticator": authenticate,
    }


controller = Controller(Keeper(), hostname="127.0.0.1", port=int(sys.argv[1]), **settings())
controller.start()
print("listening", flush=True)
threading.Event().wait()
