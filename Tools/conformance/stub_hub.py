# SPDX-License-Identifier: Apache-2.0
"""A stand-in for the Hugging Face Hub on this machine: its API, its redirects, and its bad days.

    python Tools/conformance/stub_hub.py --model OWNER/NAME=FOLDER [--dataset OWNER/NAME=FOLDER] [--files FOLDER]

Prints `export HF_ENDPOINT=..` (and, with --files, where those are) and serves until it is stopped. Large files
are redirected to a second server on another port, as the Hub redirects to its content network. All files of a
folder are one commit, whose name is made from their contents; the branch is main, the tag v1.

    --large BYTES      files from this size on are large (LFS), and all *.safetensors and *.bin (default 1 MiB)
    --page N           entries of a page of the list of files (default 1000, the Hub's)
    --gated OWNER/NAME wants a token
    --throttle BYTES   bytes a second of the second server
    --cut BYTES        the second server cuts every connection after so many bytes
    --busy N           the first N requests for files are answered with 429 and Retry-After: 1
    --ignore-ranges    the second server sends whole files always
    --port P           the first port (default: a free one), --token TOKEN the token that opens gated repositories

Tests import `Hub`, whose `faults` can change at any time, and which keeps `log`, all requests with their headers.
"""

import argparse
import hashlib
import http.server
import json
import pathlib
import re
import socketserver
import sys
import threading
import time
import urllib.parse


def git_name(content):
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


class File:
    """A file of a commit; large ones stay on disk."""

    def __init__(self, path, name, is_large):
        self.path, self.name, self.is_large = path, name, is_large
        self.size = path.stat().st_size
        digest = hashlib.sha256()
        with path.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
        self.sha256 = digest.hexdigest()
        if is_large:
            pointer = (
                "version https://git-lfs.github.com/spec/v1\n"
                f"oid sha256:{self.sha256}\nsize {self.size}\n"
            ).encode()
            self.pointer_size = len(pointer)
            self.oid = git_name(pointer)
            self.etag = self.sha256
        else:
            self.oid = self.etag = git_name(path.read_bytes())

    def entry(self):
        entry = {"type": "file", "oid": self.oid, "size": self.size, "path": self.name}
        if self.is_large:
            entry["lfs"] = {"oid": self.sha256, "size": self.size, "pointerSize": self.pointer_size}
        return entry


class Repository:
    """Commits of a repository, the newest of which is main."""

    def __init__(self, folder, large):
        self.large = large
        self.commits, self.refs = {}, {}
        self.gated = False
        self.commit(folder)
        self.refs["v1"] = self.refs["main"]

    def commit(self, folder):
        folder = pathlib.Path(folder)
        files = {}
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if not path.is_file() or name.startswith(".cache/"):
                continue
            is_large = path.suffix in (".safetensors", ".bin", ".gguf", ".onnx")
            files[name] = File(path, name, is_large or path.stat().st_size >= self.large)
        text = "".join(f"{name} {file.sha256}\n" for name, file in files.items())
        commit = hashlib.sha1(text.encode()).hexdigest()
        self.commits[commit] = files
        self.refs["main"] = commit
        return commit

    def resolve(self, revision):
        if revision in self.refs:
            return self.refs[revision]
        found = [commit for commit in self.commits if len(revision) >= 7 and commit.startswith(revision)]
        return found[0] if len(found) == 1 else None


class Faults:
    """What goes wrong; all of it off."""

    def __init__(self):
        self.page = 1000
        self.throttle = 0  # bytes a second
        self.cut_after = 0  # bytes of each connection of the second server
        self.cuts = -1  # how many connections are cut so; -1 for all
        self.busy = 0  # requests for files that are answered with 429
        self.retry_after = "1"
        self.broken = 0  # requests for files that are answered with 503
        self.ignore_ranges = False
        self.wrong_bytes = 0  # answers of the second server that hold other bytes
        self.wrong_total = 0  # added to the size in answers of the second server
        self.wrong_listing = 0  # added to sizes in the list of files
        self.other_etag = None  # said of large files
        self.no_length = False  # large files without Content-Length
        self.extra_entries = []  # added to the list of files
        self.relative_redirect = False  # small files by way of /api/resolve-cache
        self.redirect_to = None  # where all requests for files are sent
        self.delay = 0  # seconds before an answer


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def log_message(self, *arguments):
        pass

    @property
    def hub(self):
        return self.server.hub

    def answer(self, status, body=b"", headers=None):
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def error(self, status, code, message):
        self.answer(status, {"error": message}, {"X-Error-Code": code, "X-Error-Message": message})

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        with self.hub.lock:
            self.hub.log.append((self.server.name, self.command, self.path, dict(self.headers)))
        try:
            if self.hub.faults.delay:
                time.sleep(self.hub.faults.delay)
            self.serve()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True


class Front(Handler):
    """The Hub itself."""

    def serve(self):
        path, _, query = self.path.partition("?")
        query = dict(urllib.parse.parse_qsl(query))
        path = urllib.parse.unquote(path)
        if path.startswith("/files/") and self.hub.files:
            return self.raw(path.removeprefix("/files/"))
        if found := re.fullmatch(r"/api/(models|datasets)/([^/]+/[^/]+)(?:/(revision|tree)/(.+))?", path):
            kind, name, what, rest = found.groups()
            return self.api(kind, name, what or "revision", rest or "main", query)
        if found := re.fullmatch(r"/api/resolve-cache/(models|datasets)/([^/]+/[^/]+)/([0-9a-f]{40})/(.+)", path):
            kind, name, commit, file = found.groups()
            return self.content(kind, name, commit, file, is_final=True)
        if found := re.fullmatch(r"/(datasets/)?([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
            kind, name, revision, file = found.groups()
            return self.content("datasets" if kind else "models", name, urllib.parse.unquote(revision), file)
        self.error(404, "RepoNotFound", "Not found")

    def repository(self, kind, name, wants_files):
        repository = self.hub.repositories.get((kind, name))
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if token and token != self.hub.token:
            self.error(401, "", "Invalid credentials in Authorization header")
        elif repository is None:
            self.error(404 if token else 401, "RepoNotFound", "Repository not found")
        elif repository.gated and wants_files and not token:
            self.error(401, "GatedRepo", f"Access to model {name} is restricted.")
        else:
            return repository
        return None

    def api(self, kind, name, what, rest, query):
        repository = self.repository(kind, name, False)
        if repository is None:
            return
        # A revision may have slashes, as refs/pr/1: the longest that there is.
        parts = rest.split("/")
        for count in range(len(parts), 0, -1):
            commit = repository.resolve("/".join(parts[:count]))
            if commit is not None:
                break
        folder = "/".join(parts[count:])
        if commit is None or what == "revision" and folder:
            return self.error(404, "RevisionNotFound", "Invalid rev id")
        files = repository.commits[commit]
        if what == "revision":
            siblings = [{"rfilename": path} for path in files]
            return self.answer(200, {"id": name, "sha": commit, "private": False, "siblings": siblings})
        entries = []
        for path, file in files.items():
            rest = path.removeprefix(folder + "/") if folder else path
            if folder and rest == path or query.get("recursive", "false").lower() != "true" and "/" in rest:
                continue
            entry = file.entry()
            entry["size"] += self.hub.faults.wrong_listing
            if "lfs" in entry:
                entry["lfs"]["size"] += self.hub.faults.wrong_listing
            entries.append(entry)
        entries += self.hub.faults.extra_entries
        start, page = int(query.get("cursor", 0)), self.hub.faults.page
        headers = {}
        if start + page < len(entries):
            query["cursor"] = str(start + page)
            address = f"{self.hub.link_base}{self.path.partition('?')[0]}?{urllib.parse.urlencode(query)}"
            headers["Link"] = f'<{address}>; rel="next"'
        self.answer(200, entries[start : start + page], headers)

    def content(self, kind, name, revision, path, is_final=False):
        repository = self.repository(kind, name, True)
        if repository is None:
            return
        commit = repository.resolve(revision)
        if commit is None:
            return self.error(404, "RevisionNotFound", "Invalid rev id")
        headers = {"X-Repo-Commit": commit}
        file = repository.commits[commit].get(path)
        if file is None:
            return self.answer(
                404, b"Entry not found", headers | {"X-Error-Code": "EntryNotFound", "X-Error-Message": "Entry not found"})
        faults = self.hub.faults
        if self.command == "GET":
            with self.hub.lock:
                if faults.busy > 0:
                    faults.busy -= 1
                    return self.answer(429, b"", {"Retry-After": faults.retry_after})
                if faults.broken > 0:
                    faults.broken -= 1
                    return self.answer(503, b"")
        headers["ETag"] = f'"{file.etag}"'
        if faults.redirect_to:
            return self.answer(302, b"", headers | {"Location": faults.redirect_to})
        if file.is_large:
            headers["X-Linked-Size"] = str(file.size)
            headers["X-Linked-Etag"] = f'"{faults.other_etag or file.sha256}"'
            address = f"{self.hub.store_address}/{file.sha256}?signature=abc"
            return self.answer(302, b"", headers | {"Location": address})
        if faults.relative_redirect and not is_final:
            address = f"/api/resolve-cache/{kind}/{name}/{commit}/{urllib.parse.quote(path)}"
            return self.answer(307, b"", headers | {"Location": address})
        self.answer(200, file.path.read_bytes(), headers)

    def raw(self, name):
        path = self.hub.files / name
        if ".." in name or not path.is_file():
            return self.answer(404)
        content = path.read_bytes()
        etag = f'"{hashlib.sha256(content).hexdigest()}"'
        if self.headers.get("If-None-Match") == etag:
            return self.answer(304, b"", {"ETag": etag})
        self.answer(200, content, {"ETag": etag})


class Store(Handler):
    """The content network: large files by their digest."""

    def serve(self):
        if "Authorization" in self.headers:
            self.hub.leaks += 1
        digest = self.path.strip("/").partition("?")[0]
        file = self.hub.large_file(digest)
        if file is None:
            return self.answer(404)
        faults = self.hub.faults
        start, end, status = 0, file.size, 200
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if wanted and not faults.ignore_ranges:
            start, status = int(wanted[1]), 206
            end = min(end, int(wanted[2]) + 1) if wanted[2] else end
            if start >= end:
                return self.answer(416, b"", {"Content-Range": f"bytes */{file.size}"})
        size = file.size + faults.wrong_total
        self.send_response(status)
        if status == 206:
            self.send_header("Content-Range", f"bytes {start}-{end - 1}/{size}")
        if faults.no_length:
            self.send_header("Connection", "close")
            self.close_connection = True
        else:
            self.send_header("Content-Length", str(end - start + faults.wrong_total))
        self.end_headers()
        if self.command == "HEAD":
            return
        with self.hub.lock:
            is_wrong = faults.wrong_bytes > 0
            faults.wrong_bytes -= is_wrong
            is_cut = faults.cut_after and faults.cuts != 0
            faults.cuts -= bool(is_cut)
        if is_cut:
            end = min(end, start + faults.cut_after)
            self.close_connection = True
        block = 1 << 20 if not faults.throttle else max(1, min(1 << 16, faults.throttle // 20))
        with file.path.open("rb") as stream:
            stream.seek(start)
            while start < end:
                bytes_ = stream.read(min(block, end - start))
                if is_wrong:
                    bytes_ = bytes([bytes_[0] ^ 1]) + bytes_[1:]
                    is_wrong = False
                self.wfile.write(bytes_)
                start += len(bytes_)
                self.hub.sent += len(bytes_)
                if faults.throttle:
                    time.sleep(len(bytes_) / faults.throttle)


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        pass


class Hub:
    """Two servers that run until `close`."""

    def __init__(self, port=0, token="hf_token_of_the_tests", large=1 << 20, files=None):
        self.lock = threading.Lock()
        self.repositories, self.log = {}, []
        self.faults, self.token, self.large = Faults(), token, large
        self.files = pathlib.Path(files) if files else None
        self.leaks = self.sent = 0
        self.servers = []
        for name, handler, wish in (("hub", Front, port), ("store", Store, 0)):
            server = Server(("127.0.0.1", wish), handler)
            server.hub, server.name = self, name
            threading.Thread(target=server.serve_forever, daemon=True).start()
            self.servers.append(server)
        self.address, self.store_address = (
            f"http://127.0.0.1:{server.server_address[1]}" for server in self.servers)
        # What the Hub calls itself in links, which a mirror passes on.
        self.link_base = self.address

    def add(self, name, folder, kind="models"):
        self.repositories[kind, name] = Repository(folder, self.large)
        return self.repositories[kind, name]

    def large_file(self, digest):
        for repository in self.repositories.values():
            for files in repository.commits.values():
                for file in files.values():
                    if file.is_large and file.sha256 == digest:
                        return file
        return None

    def close(self):
        for server in self.servers:
            server.shutdown()
            server.server_close()


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", action="append", default=[])
    parser.add_argument("--dataset", action="append", default=[])
    parser.add_argument("--gated", action="append", default=[])
    parser.add_argument("--files")
    parser.add_argument("--large", type=int, default=1 << 20)
    parser.add_argument("--page", type=int, default=1000)
    parser.add_argument("--throttle", type=int, default=0)
    parser.add_argument("--cut", type=int, default=0)
    parser.add_argument("--busy", type=int, default=0)
    parser.add_argument("--ignore-ranges", action="store_true")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default="hf_token_of_the_tests")
    arguments = parser.parse_args()
    hub = Hub(arguments.port, arguments.token, arguments.large, arguments.files)
    for kind, pairs in (("models", arguments.model), ("datasets", arguments.dataset)):
        for pair in pairs:
            name, _, folder = pair.partition("=")
            hub.add(name, folder, kind).gated = name in arguments.gated
    hub.faults.page, hub.faults.throttle = arguments.page, arguments.throttle
    hub.faults.cut_after, hub.faults.busy = arguments.cut, arguments.busy
    hub.faults.ignore_ranges = arguments.ignore_ranges
    print(f"export HF_ENDPOINT={hub.address}")
    if hub.files:
        print(f"export SPIN_DATA_MIRROR={hub.address}/files")
    sys.stdout.flush()
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        hub.close()


if __name__ == "__main__":
    main()
