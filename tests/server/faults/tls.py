"""Certificates and versions of TLS that are not taken, and what is said of them."""
import os
import socket
import ssl
import subprocess
import tempfile
import threading

import tap
import world

AUTHORITY = """[ca]
default_ca = here
[here]
dir = FOLDER
database = $dir/index
serial = $dir/serial
new_certs_dir = $dir
default_md = sha256
policy = any
x509_extensions = names
[any]
commonName = supplied
[names]
subjectAltName = DNS:NAME
"""


def certificate(folder, name, begin, end):
    """One that signs itself, for that name and time: (certificate, key)."""
    key, request, made, config = (os.path.join(folder, part) for part in ("key", "request", "certificate", "config"))
    with open(config, "w", encoding="utf-8") as file:
        file.write(AUTHORITY.replace("FOLDER", folder).replace("NAME", name))
    for part, text in (("index", ""), ("serial", "01\n")):
        with open(os.path.join(folder, part), "w", encoding="utf-8") as file:
            file.write(text)
    for words in (["req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", key, "-out", request],
                  ["ca", "-batch", "-config", config, "-selfsign", "-keyfile", key, "-in", request, "-out", made, "-notext",
                   "-startdate", begin, "-enddate", end]):
        subprocess.run(["openssl", *words], check=True, capture_output=True)
    return made, key


def shake_hands(listener, context):
    while True:
        try:
            connection, _ = listener.accept()
            with context.wrap_socket(connection, server_side=True) as wrapped:
                wrapped.recv(1)
        except OSError:
            if listener.fileno() < 0:
                return


def asked_of(name, begin, end, old):
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as listener:
        made, key = certificate(folder, name, begin, end)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(made, key)
        if old:
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.options |= ssl.OP_NO_TLSv1_2 | ssl.OP_NO_TLSv1_3
        threading.Thread(target=shake_hands, args=(listener, context), daemon=True).start()
        environment = {name: value for name, value in world.environment("AKIDEXAMPLE", folder, AWS_CA_BUNDLE=made).items() if value is not None}
        return world.run(["--endpoint-url", f"https://localhost:{listener.getsockname()[1]}", "-t", "any", "-c", "get a b"], env=environment)


@tap.test("a certificate of another name, one whose time is over or yet to come, and TLS that is too old")
def _():
    for name, begin, end, old, want in (
            ("localhost", "20200101000000Z", "20210101000000Z", False,
             "does not verify: certificate has expired\n"
             "  its owner has to renew it, unless this machine's clock is wrong\n"),
            ("localhost", "20480101000000Z", "20490101000000Z", False,
             "does not verify: certificate is not yet valid{or}\n"
             "  its owner has to renew it, unless this machine's clock is wrong\n"),
            ("other.example", "20200101000000Z", "20490101000000Z", False,
             "matches target host name 'localhost'\n"
             "  check the endpoint URL: another server than the one it names has answered\n"),
            ("localhost", "20200101000000Z", "20490101000000Z", True, "protocol version\n  pksk wants TLS 1.2 or later\n")):
        done = asked_of(name, begin, end, old)
        tap.same(done.status, 3, want, done.err)
        said = done.err.decode().replace("target hostname", "target host name")  # libcurl 8.14 has it so
        or_what = " or the system clock is incorrect" if "clock is incorrect" in said else ""  # OpenSSL 3.6 has it so
        tap.check(said.endswith(want.replace("{or}", or_what)), want, done.err)
