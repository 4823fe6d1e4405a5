"""git over HTTP for tests: git's own backend as CGI, with a small Git LFS server (batch, basic transfer, verify, locks).

usage: git-http.py FOLDER PORT; repositories are in FOLDER/repos, LFS objects in FOLDER/lfs. Reading needs no login, writing runwright:runwright-test.
"""
import base64, hashlib, json, os, re, subprocess, sys, tempfile, threading, time, uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ROOT, PORT = sys.argv[1], int(sys.argv[2])
AUTH = "Basic " + base64.b64encode(b"runwright:runwright-test").decode()
BACKEND = os.path.join(subprocess.check_output(["git", "--exec-path"], text=True).strip(), "git-http-backend")
LOCKS, GUARD = {}, threading.Lock()


class Server(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, fmt, *args):
        print(time.strftime("%H:%M:%S"), fmt % args, flush=True)

    def reply(self, code, body=b"", kind="application/vnd.git-lfs+json", headers=()):
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for k, v in headers:
            self.send_header(k, v)
        self.end_headers()
        self.wfile.write(body)

    def allowed(self):
        return self.headers.get("Authorization") == AUTH

    def refuse(self):
        self.close_connection = True
        self.reply(401, {"message": "login needed"}, headers=[("WWW-Authenticate", 'Basic realm="git"'), ("LFS-Authenticate", 'Basic realm="git"'), ("Connection", "close")])

    def chunks(self):
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            while n := int(self.rfile.readline().split(b";")[0], 16):
                yield self.rfile.read(n)
                self.rfile.readline()
            self.rfile.readline()
            return
        left = int(self.headers.get("Content-Length") or 0)
        while left:
            part = self.rfile.read(min(left, 1 << 20))
            if not part:
                return
            left -= len(part)
            yield part

    def object_path(self, oid):
        return os.path.join(ROOT, "lfs", oid[:2], oid[2:4], oid)

    def handle_any(self):
        path, _, query = self.path.partition("?")
        if path == "/healthz":
            return self.reply(200, b"ok", "text/plain")
        if m := re.fullmatch(r"/([\w.-]+)\.git/info/lfs/(.*)", path):
            return self.lfs(m[1], m[2])
        if m := re.fullmatch(r"/([\w.-]+\.git)(/.*)", path):
            if not os.path.isdir(os.path.join(ROOT, "repos", m[1])):
                return self.reply(404, b"no such repository", "text/plain")
            if ("git-receive-pack" in path or "service=git-receive-pack" in query) and not self.allowed():
                return self.refuse()
            return self.git(path, query)
        self.reply(404, b"not found", "text/plain")

    do_GET = do_POST = do_PUT = do_HEAD = handle_any

    def git(self, path, query):
        env = dict(PATH=os.environ["PATH"], GIT_PROJECT_ROOT=os.path.join(ROOT, "repos"), GIT_HTTP_EXPORT_ALL="1", PATH_INFO=path,
                   QUERY_STRING=query, REQUEST_METHOD=self.command, CONTENT_TYPE=self.headers.get("Content-Type", ""),
                   HTTP_CONTENT_ENCODING=self.headers.get("Content-Encoding", ""), GIT_PROTOCOL=self.headers.get("Git-Protocol", ""),
                   REMOTE_USER="runwright", REMOTE_ADDR="127.0.0.1", HOME=ROOT, GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0="safe.directory", GIT_CONFIG_VALUE_0="*")
        with tempfile.TemporaryFile() as body:
            for part in self.chunks():
                body.write(part)
            env["CONTENT_LENGTH"] = str(body.tell())
            body.seek(0)
            p = subprocess.Popen([BACKEND], stdin=body, stdout=subprocess.PIPE, env=env)
            status, headers = 200, []
            while (line := p.stdout.readline().strip()):
                k, _, v = line.decode().partition(": ")
                if k.lower() == "status":
                    status = int(v.split()[0])
                else:
                    headers.append((k, v))
            self.send_response(status)
            for k, v in headers:
                self.send_header(k, v)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            while part := p.stdout.read1(1 << 16):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            self.wfile.write(b"0\r\n\r\n")
            p.wait()

    def lfs(self, repo, rest):
        base = f"http://{self.headers.get('Host')}/{repo}.git/info/lfs"
        if m := re.fullmatch(r"objects/([0-9a-f]{64})", rest):
            return self.lfs_object(m[1])
        if self.command == "GET" and rest.split("?")[0] == "locks":
            return self.reply(200, {"locks": [x for x in LOCKS.values() if x["repo"] == repo]})
        data = json.loads(b"".join(self.chunks()) or b"{}")
        if rest == "objects/batch":
            up = data.get("operation") == "upload"
            if up and not self.allowed():
                return self.refuse()
            out = []
            for o in data["objects"]:
                p = self.object_path(o["oid"])
                have = os.path.exists(p) and os.path.getsize(p) == o["size"]
                row = {"oid": o["oid"], "size": o["size"], "authenticated": True}
                link = {"href": f"{base}/objects/{o['oid']}", "header": {"Authorization": AUTH}}
                if up and not have:
                    row["actions"] = {"upload": link, "verify": {"href": f"{base}/verify", "header": {"Authorization": AUTH}}}
                elif not up and have:
                    row["actions"] = {"download": link}
                elif not up:
                    row["error"] = {"code": 404, "message": "no such object"}
                out.append(row)
            return self.reply(200, {"transfer": "basic", "objects": out, "hash_algo": "sha256"})
        if not self.allowed():
            return self.refuse()
        if rest == "verify":
            p = self.object_path(data["oid"])
            ok = os.path.exists(p) and os.path.getsize(p) == data["size"]
            return self.reply(200 if ok else 404, {} if ok else {"message": "no such object"})
        with GUARD:
            if rest == "locks":
                for x in LOCKS.values():
                    if (x["repo"], x["path"]) == (repo, data["path"]):
                        return self.reply(409, {"lock": x, "message": "already locked"})
                x = {"id": uuid.uuid4().hex, "repo": repo, "path": data["path"], "locked_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "owner": {"name": "runwright"}}
                LOCKS[x["id"]] = x
                return self.reply(201, {"lock": x})
            if rest == "locks/verify":
                return self.reply(200, {"ours": [x for x in LOCKS.values() if x["repo"] == repo], "theirs": []})
            if m := re.fullmatch(r"locks/(\w+)/unlock", rest):
                x = LOCKS.pop(m[1], None)
                return self.reply(200 if x else 404, {"lock": x} if x else {"message": "no such lock"})
        self.reply(404, {"message": "not found"})

    def lfs_object(self, oid):
        p = self.object_path(oid)
        if self.command == "GET":
            if not os.path.exists(p):
                return self.reply(404, {"message": "no such object"})
            size, start = os.path.getsize(p), 0
            if m := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")):
                start = min(int(m[1]), size)
            self.send_response(206 if start else 200)
            self.send_header("Content-Type", "application/octet-stream")
            self.send_header("Content-Length", str(size - start))
            if start:
                self.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
            self.end_headers()
            with open(p, "rb") as f:
                f.seek(start)
                while part := f.read(1 << 20):
                    self.wfile.write(part)
            return
        if not self.allowed():
            return self.refuse()
        os.makedirs(os.path.dirname(p), exist_ok=True)
        digest, tmp = hashlib.sha256(), f"{p}.{uuid.uuid4().hex}"
        with open(tmp, "wb") as f:
            for part in self.chunks():
                digest.update(part)
                f.write(part)
        if digest.hexdigest() != oid:
            os.unlink(tmp)
            return self.reply(422, {"message": "the bytes do not match the object id"})
        os.replace(tmp, p)
        self.reply(200, {})


class Loopback(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


Loopback(("127.0.0.1", PORT), Server).serve_forever()
