"""Tests of the Python client alone, run by python-client.test.ts: python3 -m unittest test_linesight"""

import datetime
import http.server
import json
import os
import shutil
import socket
import sys
import tempfile
import threading
import unittest
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "edge"))
sys.dont_write_bytecode = True

import linesight  # noqa: E402
from linesight import BufferFullError, BufferInUseError, EventClient  # noqa: E402

NOW = datetime.datetime(2026, 1, 15, 8, 0, tzinfo=datetime.timezone.utc)
EVENT = {"worker_id": "W1", "workstation_id": "S1", "event_type": "working", "confidence": 0.9}


class Machine(linesight._Machine):
    """A machine on which waiting takes no time and is noted."""

    def __init__(self):
        self.waits = []

    def now(self):
        return NOW

    def random(self):
        return 1.0

    def wait(self, seconds, end):
        self.waits.append(seconds)
        end.wait(0.001)


class Hub:
    """A hub of a test: takes everything, unless the next answers are set."""

    def __init__(self):
        hub = self
        self.requests = []
        self.tokens = []
        self.connections = 0
        self.next = []
        self.otherwise = taken
        self.closes = False

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                hub.connections += 1
                super().setup()

            def do_POST(self):
                events = json.loads(self.rfile.read(int(self.headers["content-length"])).decode("utf-8"))
                hub.requests.append(events)
                hub.tokens.append(self.headers.get("authorization"))
                answer = hub.next.pop(0) if hub.next else hub.otherwise
                answer = answer(events) if callable(answer) else answer
                if answer is None:
                    self.close_connection = True
                    return
                status, body, headers = answer
                data = (body if isinstance(body, str) else json.dumps(body)).encode("utf-8")
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
                # Without a word, as a hub ends a connection that rests.
                self.close_connection = hub.closes

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:{}".format(self.server.server_address[1])
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def ids(self):
        return [[event["event_id"] for event in events] for events in self.requests]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def taken(events):
    return 201, {"accepted": len(events), "duplicates": 0, "refused": []}, {}


def hub_error(status, code, message):
    return status, {"error": {"code": code, "message": message}}, {}


class ClientTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="linesight-edge-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.hub = Hub()
        self.addCleanup(self.hub.close)
        self.problems = []
        self.machine = Machine()

    def open(self, **options):
        options = {
            "url": self.hub.url,
            "folder": self.folder,
            "on_problem": self.problems.append,
            "_machine": self.machine,
            **options,
        }
        client = EventClient(**options)
        self.addCleanup(client.close, 0)
        return client

    def segments(self):
        return sorted(name for name in os.listdir(self.folder) if name.endswith(".events"))

    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def write(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data)

    def kept(self):
        """Events as the folder holds them, oldest first."""
        events = []
        for name in self.segments():
            for line in self.read(name).split(b"\n")[:-1]:
                self.assertEqual(line[:9], b"%08x " % zlib.crc32(line[9:]))
                events.append(json.loads(line[9:].decode("utf-8")))
        return events

    def refused(self):
        return [json.loads(line) for line in self.read("refused.ndjson").decode("utf-8").splitlines()]

    def leave(self, count):
        """Leaves events in the folder as a program does that was killed before it could send one."""
        # Nothing listens there.
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            url = "http://127.0.0.1:{}".format(free.getsockname()[1])
        client = self.open(url=url)
        ids = [client.record(EVENT, event_id="e{}".format(i)) for i in range(count)]
        client.close(0)
        del self.problems[:]
        return ids

    def test_an_event_is_in_the_folder_when_record_returns(self):
        client = self.open()
        first = client.record(EVENT)
        self.assertEqual(self.kept(), [{**EVENT, "timestamp": "2026-01-15T08:00:00.000Z", "event_id": first}])
        at = datetime.datetime(2026, 1, 15, 9, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=9)))
        self.assertEqual(client.record(EVENT, event_id="mine", timestamp=at, count=None), "mine")
        self.assertTrue(client.flush())
        sent = [event for events in self.hub.requests for event in events]
        self.assertEqual([event["event_id"] for event in sent], [first, "mine"])
        self.assertEqual(sent[1]["timestamp"], "2026-01-15T00:30:00.000Z")
        self.assertNotIn("count", sent[1])
        self.assertEqual(client.status()["accepted"], 2)
        self.assertEqual(client.status()["buffered_bytes"], 0)

    def test_threads_share_a_client(self):
        client = self.open(max_batch_events=50)
        ids = []

        def work(worker):
            for i in range(40):
                ids.append(client.record(EVENT, event_id="{}-{}".format(worker, i)))

        threads = [threading.Thread(target=work, args=(worker,)) for worker in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertTrue(client.flush())
        sent = [event_id for request in self.hub.ids() for event_id in request]
        self.assertEqual(sorted(sent), sorted(ids))
        self.assertEqual(len(set(sent)), 320)
        for worker in range(8):
            own = [event_id for event_id in sent if event_id.startswith("{}-".format(worker))]
            self.assertEqual(own, ["{}-{}".format(worker, i) for i in range(40)])

    def test_what_no_hub_would_take_is_refused_at_once(self):
        client = self.open()
        for wrong in (
            {"worker_id": ""},
            {"workstation_id": None},
            {"event_type": "sleeping"},
            {"confidence": float("nan")},
            {"confidence": 1.1},
            {"count": 1.5},
            {"count": -1},
            {"timestamp": "soon"},
            {"event_id": "x" * 256},
            {"model_id": "x" * 40000},
            {"model_id": "\ud800"},
        ):
            with self.assertRaises(ValueError, msg=repr(wrong)):
                client.record({**EVENT, **wrong})
        self.assertEqual(self.kept(), [])

    def test_the_wait_between_tries_doubles_up_to_a_minute(self):
        delays = [linesight._retry_delay(failures, 1) for failures in (1, 2, 3, 7, 8, 9, 10**9)]
        self.assertEqual(delays, [0.5, 1, 2, 32, 60, 60, 60])
        self.assertEqual(linesight._retry_delay(1, 0), 0.25)
        self.assertEqual(linesight._retry_delay(8, 0.5), 45)

    def test_a_batch_is_tried_until_the_hub_has_answered_for_it(self):
        page = "<html>Sign in to the network</html>"
        self.hub.next = [
            (200, page, {}),
            (200, {"accepted": 0, "duplicates": 0, "refused": []}, {}),
            (200, {"accepted": 0, "duplicates": 0, "refused": [{"index": 1, "error": "x"}]}, {}),
            (302, "", {"location": "https://hub/"}),
            (400, "Bad Request", {}),
            (503, {"error": {"code": "unavailable", "message": "Later"}}, {"retry-after": "90"}),
            (429, "", {"retry-after": "9999999"}),
            (404, "Not found", {"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}),
        ]
        client = self.open(batch_delay=0.007)
        event_id = client.record(EVENT)
        self.assertTrue(client.flush())
        self.assertEqual(self.hub.ids(), [[event_id]] * 9)
        self.assertEqual(
            [seconds for seconds in self.machine.waits if seconds != 0.007], [0.5, 1, 2, 4, 8, 90, 300, 60]
        )
        not_a_hub = "What answers at {} is not a Linesight hub: ".format(self.hub.url)
        self.assertEqual(
            self.problems,
            [
                not_a_hub + page,
                not_a_hub + '{"accepted": 0, "duplicates": 0, "refused": []}',
                not_a_hub + '{"accepted": 0, "duplicates": 0, "refused": [{"index": 1, "error": "x"}]}',
                self.hub.url + " sends on to https://hub/. Set LINESIGHT_URL to the hub's own address.",
                "The hub at {} answered 400: Bad Request".format(self.hub.url),
                "The hub at {} answered 503: Later".format(self.hub.url),
                "The hub at {} answered 429: status 429".format(self.hub.url),
                "The hub at {} answered 404: Not found".format(self.hub.url),
                None,
            ],
        )

    def test_a_connection_is_kept_and_one_that_the_hub_ended_is_no_problem(self):
        client = self.open()
        for _ in range(3):
            client.record(EVENT)
            self.assertTrue(client.flush())
        self.assertEqual(self.hub.connections, 1)
        self.hub.closes = True
        for _ in range(3):
            client.record(EVENT)
            self.assertTrue(client.flush())
        self.assertEqual(client.status()["accepted"], 6)
        self.assertEqual(self.problems, [])

    def test_an_answer_that_is_cut_off_is_no_answer(self):
        self.hub.next = [None, None]
        client = self.open()
        client.record(EVENT)
        self.assertTrue(client.flush())
        self.assertEqual(len(self.hub.requests), 3)
        self.assertEqual(client.status()["accepted"], 1)

    def test_a_hub_that_refuses_the_token_stops_the_client_until_it_is_resumed(self):
        self.hub.next = [hub_error(401, "unauthorized", "This token is unknown")]
        client = self.open(token="old")
        client.record(EVENT, event_id="a")
        self.assertFalse(client.flush())
        client.record(EVENT, event_id="b")
        self.assertEqual(client.status()["state"], "stopped")
        self.assertEqual(len(self.hub.requests), 1)
        self.assertEqual(
            self.problems, ["The hub does not let this client in, so nothing is sent: This token is unknown"]
        )
        client.resume("new")
        self.assertTrue(client.flush())
        self.assertEqual(self.hub.ids(), [["a"], ["a", "b"]])
        self.assertEqual(self.hub.tokens, ["Bearer old", "Bearer new"])
        self.assertIsNone(client.status()["problem"])

    def test_refused_events_are_named_in_a_file_and_to_the_caller(self):
        self.leave(3)
        told = []
        error = 'Unknown worker_id "W1"'
        self.hub.next = [(201, {"accepted": 1, "duplicates": 1, "refused": [{"index": 1, "error": error}]}, {})]
        client = self.open(on_refused=told.append)
        self.assertTrue(client.flush())
        client.close()
        event = {**EVENT, "event_id": "e1", "timestamp": "2026-01-15T08:00:00.000Z"}
        self.assertEqual(self.refused(), [{"event": event, "error": error}])
        self.assertEqual(told, self.refused())

    def test_a_body_that_is_too_large_is_halved(self):
        self.leave(12)
        size = len(json.dumps(self.kept()[0]))
        self.hub.otherwise = (
            lambda events: (413, "<html>", {}) if len(json.dumps(events)) > 5 * size else taken(events)
        )
        client = self.open()
        self.assertTrue(client.flush())
        self.assertEqual([len(events) for events in self.hub.requests], [12, 5, 2, 2, 2, 2, 2, 2])
        self.assertEqual(client.status()["accepted"], 12)

    def test_the_one_event_at_fault_is_found(self):
        for status, code in ((400, "invalid"), (413, "too_large")):
            self.leave(9)
            self.hub.otherwise = lambda events: (
                hub_error(status, code, "No")
                if any(event["event_id"] == "e5" for event in events)
                else taken(events)
            )
            client = self.open()
            self.assertTrue(client.flush())
            self.assertEqual(client.status()["accepted"], 8)
            client.close()
        self.assertEqual([one["event"]["event_id"] for one in self.refused()], ["e5", "e5"])

    def test_half_a_line_at_the_end_of_a_file_is_passed_over(self):
        ids = self.leave(3)
        whole = self.read(self.segments()[0])
        self.write(self.segments()[0], whole + whole[:40])
        client = self.open()
        self.assertEqual(client.status()["buffered_bytes"], len(whole))
        client.record(EVENT, event_id="later")
        self.assertTrue(client.flush())
        self.assertEqual(sum(self.hub.ids(), []), ids + ["later"])
        self.assertEqual(client.status()["refused"], 0)

    def test_a_damaged_line_is_told_of(self):
        self.leave(3)
        name = self.segments()[0]
        self.write(name, self.read(name).replace(b'"e1"', b'"e7"'))
        client = self.open()
        self.assertTrue(client.flush())
        client.close()
        self.assertEqual(sum(self.hub.ids(), []), ["e0", "e2"])
        [one] = self.refused()
        self.assertIsNone(one["event"])
        self.assertRegex(one["error"], r'^Damaged in the buffer: [\da-f]{8} .*"e7"')

    def test_a_file_of_zeros_does_not_stop_the_others(self):
        ids = self.leave(2)
        self.write("00000002.events", bytes(300000))
        client = self.open()
        client.record(EVENT, event_id="later")
        self.assertTrue(client.flush())
        self.assertEqual(sum(self.hub.ids(), []), ids + ["later"])

    def test_refusals_are_not_there_twice(self):
        self.leave(1)
        self.hub.otherwise = (200, {"accepted": 0, "duplicates": 0, "refused": [{"index": 0, "error": "No"}]}, {})
        client = self.open()
        client.flush()
        position = self.read("position")
        client.record(EVENT, event_id="second")
        client.flush()
        client.close()
        # As if the program had been killed between the two.
        self.write("position", position)
        again = self.open()
        again.flush()
        again.close()
        self.assertEqual(sum(self.hub.ids(), []), ["e0", "second", "second"])
        self.assertEqual([one["event"]["event_id"] for one in self.refused()], ["e0", "second"])

    def test_a_full_buffer_says_so_and_takes_events_again(self):
        self.hub.otherwise = (503, "", {})
        client = self.open(max_buffer_bytes=40000)
        ids = []
        with self.assertRaisesRegex(BufferFullError, r"holds 40000 bytes .*max_buffer_bytes"):
            while True:
                ids.append(client.record(EVENT))
        self.assertGreater(client.status()["buffered_bytes"], 39750)
        self.assertGreater(len(self.segments()), 4)
        self.hub.otherwise = taken
        self.assertTrue(client.flush())
        ids.append(client.record(EVENT))
        self.assertTrue(client.flush())
        sent = list(dict.fromkeys(sum(self.hub.ids(), [])))
        self.assertEqual(sent, ids)
        client.close()
        self.assertEqual(len(self.segments()), 1)

    def test_an_event_that_the_disk_did_not_take_is_not_sent(self):
        client = self.open()
        self.write("00000001.events", b"")
        with self.assertRaises(FileExistsError):
            client.record(EVENT, event_id="b")
        os.remove(self.path("00000001.events"))
        client.record(EVENT, event_id="c")
        self.assertTrue(client.flush())
        self.assertEqual(self.hub.ids(), [["c"]])

    def test_two_programs_do_not_share_a_folder(self):
        client = self.open()
        with self.assertRaises(BufferInUseError):
            self.open()
        client.close()
        self.open().close()
        # The process that started this one runs.
        parent = os.getppid()
        lock = {"pid": parent, "host": socket.gethostname(), "started": linesight._start_of(parent)}
        self.write("lock", json.dumps(lock).encode("utf-8"))
        self.machine.wait = lambda *_: os.utime(self.path("lock"), (1, 1))
        with self.assertRaisesRegex(BufferInUseError, "used by process {} of".format(parent)):
            self.open()

    def test_the_lock_of_a_program_that_is_gone_is_taken_over(self):
        host = socket.gethostname()
        for lock, waits in (
            ({"pid": 2**30, "host": host, "started": "1"}, []),
            ({"pid": os.getpid(), "host": host, "started": "1"}, []),
            ({"pid": os.getppid(), "host": host, "started": "1"}, []),
            ({"pid": 1, "host": "elsewhere", "started": "1"}, [20.0]),
            (None, [20.0]),
        ):
            self.write("lock", b"" if lock is None else json.dumps(lock).encode("utf-8"))
            del self.machine.waits[:]
            self.open().close()
            self.assertEqual([seconds for seconds in self.machine.waits if seconds == 20.0], waits, lock)
            self.assertEqual([name for name in os.listdir(self.folder) if name.startswith("lock")], [])

    @unittest.skipUnless(hasattr(os, "fork"), "this system knows no fork")
    def test_a_forked_process_is_told_to_open_its_own(self):
        client = self.open()
        child = os.fork()
        if child == 0:
            code = 1
            try:
                client.record(EVENT)
            except RuntimeError:
                code = 0
            finally:
                os._exit(code)
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        client.record(EVENT)
        self.assertTrue(client.flush())

    def test_a_closed_client_takes_nothing(self):
        with self.open() as client:
            client.record(EVENT)
        self.assertEqual(client.status()["state"], "closed")
        self.assertEqual(len(self.hub.requests), 1)
        with self.assertRaises(RuntimeError):
            client.record(EVENT)


if __name__ == "__main__":
    unittest.main()
