"""Somebody else's site, on another port of this machine: a page a path."""

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Foreign:
    """Its address, its pages, and what it was asked for that is no page."""

    def __init__(self, port):
        self.port, self.pages, self.asked = port, {}, []

    def url(self, path="/", name="127.0.0.1"):
        return f"http://{name}:{self.port}{path}"


@contextlib.contextmanager
def foreign():
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            text = site.pages.get(self.path)
            if text is None:
                site.asked.append(self.path)
            body = (text or "").encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        site = Foreign(server.server_port)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()
