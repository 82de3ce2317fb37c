"""Starts a teled for a script's tests on free loopback ports with a folder of its own, and stops it."""
import json, os, shutil, socket, subprocess, tempfile, time, urllib.error, urllib.parse, urllib.request


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def ask(url, path, **parameters):
    """The JSON that a form POST, or else a GET, is answered with; errors as well."""
    form = urllib.parse.urlencode(parameters, doseq=True)
    post = path.rsplit("/", 1)[-1] in ("query", "query_range", "series", "labels")
    request = urllib.request.Request(url + path, data=form.encode()) if post else urllib.request.Request(f"{url}{path}?{form}")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        return json.load(error)


class Teled:
    def __init__(self, bin_path, config=None, data=None, starts=True):
        self.bin = bin_path
        self.folder = tempfile.mkdtemp(prefix="tele-ci-")
        self.data = data or os.path.join(self.folder, "data")
        self.http, self.grpc = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.http}"
        self.arguments = [os.path.join(bin_path, "teled"), "--data", self.data, "--http", f"127.0.0.1:{self.http}", "--grpc", f"127.0.0.1:{self.grpc}"]
        if config:
            path = os.path.join(self.folder, "teled.yaml")
            with open(path, "w") as f:
                f.write(config)
            self.arguments += ["--config", path]
        if starts:
            self.start()

    def launch(self, prefix=()):
        """Starts it, behind another program where asked, and does not wait."""
        self.log = open(os.path.join(self.folder, "log"), "ab")
        self.process = subprocess.Popen([*prefix, *self.arguments], stderr=self.log, stdout=self.log)

    def start(self):
        self.launch()
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise SystemExit(f"teled ended with {self.process.returncode}:\n{self.tail()}")
            if self.is_ready():
                return
            time.sleep(0.02)
        raise SystemExit(f"teled was not ready within 60 s:\n{self.tail()}")

    def is_ready(self):
        try:
            return self.get("/ready")[0] == 200
        except OSError:
            return False

    def tail(self):
        with open(os.path.join(self.folder, "log"), errors="replace") as f:
            return f.read()[-4000:]

    def request(self, path, body=None, headers={}, method=None):
        request = urllib.request.Request(self.url + path, data=body, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read(), answer.headers
        except urllib.error.HTTPError as error:
            return error.code, error.read(), error.headers

    def get(self, path, headers={}, **parameters):
        query = "?" + urllib.parse.urlencode(parameters, doseq=True) if parameters else ""
        return self.request(path + query, headers=headers)

    def telectl(self, *arguments):
        environment = {**os.environ, "TELE_SERVER": self.url}
        done = subprocess.run([os.path.join(self.bin, "telectl"), *arguments], env=environment, capture_output=True, text=True, timeout=120)
        return done.returncode, done.stdout, done.stderr

    def stop(self, remove=True):
        """SIGTERM; the contract gives it 10 seconds."""
        self.process.terminate()
        try:
            code = self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            code = -9
        self.log.close()
        if remove:
            shutil.rmtree(self.folder, ignore_errors=True)
        return code

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.log.close()


class Checks:
    """Counts what holds; prints what does not."""

    def __init__(self):
        self.passed = self.failed = 0

    def check(self, what, condition, detail=""):
        if condition:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED: {what}: {str(detail)[:1500]}", flush=True)

    def equal(self, what, got, wanted):
        self.check(what, got == wanted, f"got {got!r}, wanted {wanted!r}")

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        raise SystemExit(1 if self.failed else 0)
