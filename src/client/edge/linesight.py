"""Linesight client: sends activity events of workers and workstations to a hub, without losing or doubling one.

One file, standard library only, Python 3.8 and newer.

    from linesight import EventClient

    with EventClient() as client:  # LINESIGHT_URL, LINESIGHT_TOKEN
        client.record(worker_id="W1", workstation_id="S1", event_type="working", confidence=0.93)

An event is on the disk before `record` returns, under an id of its own. A thread takes the oldest events in batches,
tries each batch until the hub has answered for it, and only then moves the position from which a restarted program
goes on. A batch whose answer was lost is sent again, and the hub knows its events by their ids.

The folder of the buffer is the same for the TypeScript client:

    00000001.events   one line an event: CRC-32 of the JSON in 8 hex digits, a space, the JSON
    position          {"segment":1,"offset":345,"refused":0}: what the hub has answered for
    refused.ndjson    {"event":{...},"error":"..."}: what the hub did not take, and why
    lock              the program that uses the folder
"""

from __future__ import annotations

import atexit
import datetime
import http.client
import json
import logging
import os
import random
import re
import socket
import ssl
import threading
import time
import urllib.parse
import uuid
import zlib
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple, Union

__all__ = ["BufferFullError", "BufferInUseError", "EventClient"]

_log = logging.getLogger("linesight")

_DEFAULT_URL = "http://127.0.0.1:8080"
_EVENTS_PATH = "/api/v1/events"
_EVENT_TYPES = ("working", "idle", "absent", "product_count")
#: Refused events that the hub names in one answer: a batch has no more.
_MAX_REFUSALS_NAMED = 1000
_MAX_EVENT_BYTES = 32 * 1024
_MAX_EVENT_ID_LENGTH = 255
_CONNECT_TIMEOUT = 10.0
_ANSWER_TIMEOUT = 60.0
_MAX_ANSWER_BYTES = 4 * 1024 * 1024
_FIRST_RETRY = 0.5
_LAST_RETRY = 60.0
#: A hub that asks for more patience than this is asked again after this, s.
_MAX_RETRY_AFTER = 300.0
_MAX_REFUSED_BYTES = 64 * 1024 * 1024
#: What a segment may hold at least, so that a small buffer is not one file an event.
_MIN_SEGMENT_BYTES = 4 * 1024
_MAX_SEGMENT_BYTES = 8 * 1024 * 1024
_BEAT = 5.0
#: A lock of another machine that was not touched for so long, in s, is of a program that is gone.
_STALE_LOCK = 20.0


class BufferFullError(Exception):
    """`record` raises it where the hub was away for so long that the buffer is full. The event was not taken."""


class BufferInUseError(Exception):
    """`EventClient` raises it while another program uses the folder of the buffer."""


def _retry_delay(failures: int, chance: float) -> float:
    """How long to wait after so many failures in a row, in s.

    Twice as long each time up to a minute, less up to half of it by chance, so that the clients of a plant do not all
    come back at the same moment.
    """
    longest = min(_LAST_RETRY, _FIRST_RETRY * 2 ** min(failures - 1, 20))
    return longest * (0.5 + chance / 2)


class _Machine:
    """What the client asks of the machine, so that tests decide what time it is."""

    def now(self) -> datetime.datetime:
        return datetime.datetime.now(datetime.timezone.utc)

    def random(self) -> float:
        return random.random()

    def wait(self, seconds: float, end: threading.Event) -> None:
        """Returns after so many seconds, or at once when `end` is set."""
        end.wait(seconds)


class EventClient:
    """Sends activity events to a hub.

    Opening begins to send what an earlier run left in the buffer. Raises a BufferInUseError if another program uses
    the folder, and OSError if it cannot be written to. Threads may share a client; a forked process needs its own, with
    a folder of its own.

    url, token: address of the hub and a token with the scope `ingest:events`; else LINESIGHT_URL (then
        http://127.0.0.1:8080) and LINESIGHT_TOKEN. No token for senders that the hub trusts by address.
    folder: of the buffer, for this program alone.
    max_buffer_bytes: of events that wait for the hub. Beyond, `record` raises a BufferFullError.
    max_batch_events, max_batch_bytes: of one request, 1 000 events at most.
    batch_delay: how long the first event of a batch waits for others, s.
    on_refused: called with {"event", "error"} for each event that the hub refused, after it was written to
        refused.ndjson; `event` is None where the buffer itself was damaged.
    on_problem: called with a text when something begins to be wrong, and with None once nothing is. Without it,
        problems go to the logger "linesight".
    ssl_context: for a hub whose certificate is not known to this machine.
    Both functions are called in the client's thread.
    """

    def __init__(
        self,
        url: Optional[str] = None,
        token: Optional[str] = None,
        folder: Union[str, "os.PathLike[str]"] = "linesight-buffer",
        *,
        max_buffer_bytes: int = 256 * 1024 * 1024,
        max_batch_events: int = 500,
        max_batch_bytes: int = 256 * 1024,
        batch_delay: float = 0.2,
        on_refused: Optional[Callable[[Dict[str, Any]], None]] = None,
        on_problem: Optional[Callable[[Optional[str]], None]] = None,
        ssl_context: Optional[ssl.SSLContext] = None,
        _machine: Optional[_Machine] = None,
    ) -> None:
        for name, value in (
            ("max_buffer_bytes", max_buffer_bytes),
            ("max_batch_events", max_batch_events),
            ("max_batch_bytes", max_batch_bytes),
        ):
            if value < 1:
                raise ValueError("{} must be a number above 0, not {}".format(name, value))
        self._machine = _machine or _Machine()
        self._hub = _Hub(url or os.environ.get("LINESIGHT_URL") or _DEFAULT_URL, ssl_context)
        self._token = token or os.environ.get("LINESIGHT_TOKEN") or None
        self._pace = _Pace(min(max_batch_events, _MAX_REFUSALS_NAMED), max_batch_bytes, self._machine)
        self._batch_delay = batch_delay
        self._on_refused = on_refused
        self._on_problem = on_problem
        self._pid = os.getpid()
        self._closing = threading.Event()
        #: Guards what follows, and tells of each change of it.
        self._changed = threading.Condition()
        self._has_news = False
        self._state = "idle"
        self._problem: Optional[str] = None
        self._counts = {"accepted": 0, "duplicates": 0, "refused": 0}
        self._buffer = _FolderBuffer(os.fspath(folder), max_buffer_bytes, self._machine)
        self._thread = threading.Thread(target=self._run, name="linesight", daemon=True)
        self._thread.start()
        # A program that just ends leaves its folder free. What was not sent is sent after the next start.
        atexit.register(self.close, 0)

    def record(self, event: Optional[Dict[str, Any]] = None, **fields: Any) -> str:
        """Takes an event: when it returns, the event is on the disk and will reach the hub. Answers its id.

        Fields: worker_id, workstation_id, event_type ("working", "idle", "absent", "product_count"), and, if you like,
        timestamp (ISO 8601 with a zone or a datetime, a naive one in local time; else now), confidence (0..1), count
        (units made, of a product_count), model_id, model_version, event_id (made by the client if it is left out; give
        your own where your program repeats an event after a crash).

        Raises a ValueError for an event that no hub would take, a BufferFullError, or OSError from the disk; then the
        event was not taken.
        """
        if os.getpid() != self._pid:
            raise RuntimeError("This client belongs to the process that opened it. Open one after the fork.")
        if self._closing.is_set():
            raise RuntimeError("This client is closed.")
        complete = _complete_event({**(event or {}), **fields}, self._machine.now())
        self._buffer.append(_to_json(complete))
        self._tell()
        return str(complete["event_id"])

    def flush(self, timeout: float = 30.0) -> bool:
        """Whether the hub has answered for every event of before within so many seconds."""
        end = self._buffer.end()
        deadline = time.monotonic() + timeout
        with self._changed:
            while not self._buffer.is_past(end):
                left = deadline - time.monotonic()
                if left <= 0 or self._state in ("stopped", "closed"):
                    return False
                self._changed.wait(left)
        return True

    def resume(self, token: Optional[str] = None) -> None:
        """Sends again after the hub has not let this client in, with another token if one is given."""
        with self._changed:
            if token is not None:
                self._token = token
            if self._state == "stopped":
                self._state = "sending"
                self._changed.notify_all()

    def status(self) -> Dict[str, Any]:
        """What the client does, as a dictionary.

        state: "idle" (everything is with the hub), "sending", "waiting" (the last try failed, another follows),
            "stopped" (the hub does not let this client in; nothing is sent until `resume`, or a start of the program)
            or "closed".
        problem: what is wrong, for people, or None.
        buffered_bytes: size of the events that the hub has not answered for.
        accepted, duplicates, refused: events since the program started.
        """
        with self._changed:
            return {
                "state": self._state,
                "problem": self._problem,
                "buffered_bytes": self._buffer.buffered_bytes(),
                **self._counts,
            }

    def close(self, timeout: float = 5.0) -> None:
        """Sends what it can within so many seconds and ends. What the hub has not answered for stays for the next start."""
        if os.getpid() != self._pid:
            return
        if not self._closing.is_set() and timeout > 0:
            self.flush(timeout)
        self._closing.set()
        self._tell()
        self._hub.cut_off()
        if threading.current_thread() is not self._thread:
            # A name server that hangs cannot be cut off; the closed buffer then refuses what the thread still brings.
            self._thread.join(1.0)
        self._buffer.close()
        self._set_state("closed")
        atexit.unregister(self.close)

    def __enter__(self) -> "EventClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                with self._changed:
                    self._has_news = False
                batch = self._buffer.read(self._pace.max_events, self._pace.max_bytes)
                if batch is None:
                    self._rest()
                    continue
                self._set_state("sending")
                self._deal_with(batch)
            except Exception as error:  # Whatever it is, the event stays and is tried again.
                self._back(str(error) or repr(error))
        self._hub.close()

    def _rest(self) -> None:
        """Until there is an event, and a moment longer for those that come with it."""
        self._set_state("idle")
        with self._changed:
            while not self._has_news and not self._closing.is_set():
                self._changed.wait()
        self._machine.wait(self._batch_delay, self._closing)

    def _deal_with(self, batch: "_Batch") -> None:
        outcome = self._hub.send(batch.lines, self._token) if batch.lines else _Outcome("taken")
        if outcome.kind == "denied":
            self._stop(outcome.reason)
        elif outcome.kind == "failed":
            self._back(outcome.reason, outcome.retry_after)
        elif outcome.kind == "taken" or len(batch.lines) == 1:
            self._taken(batch, outcome)
        else:
            self._pace.split(batch.lines, outcome.kind == "too large")

    def _taken(self, batch: "_Batch", outcome: "_Outcome") -> None:
        rows = outcome.refused if outcome.kind == "taken" else [(0, outcome.reason)]
        refused: List[Dict[str, Any]] = [
            {"event": json.loads(batch.lines[index].decode("utf-8")), "error": error} for index, error in rows
        ]
        refused += [{"event": None, "error": "Damaged in the buffer: " + text} for text in batch.damaged]
        self._buffer.acknowledge(batch, refused)
        self._pace.succeeded(outcome.kind == "too large")
        with self._changed:
            self._counts["accepted"] += outcome.accepted
            self._counts["duplicates"] += outcome.duplicates
            self._counts["refused"] += len(refused)
            self._changed.notify_all()
        self._say(self._buffer.problem)
        for one in refused:
            _call(self._on_refused, one)

    def _stop(self, reason: str) -> None:
        self._set_state("stopped")
        self._say("The hub does not let this client in, so nothing is sent: " + reason)
        with self._changed:
            while self._state == "stopped" and not self._closing.is_set():
                self._changed.wait()

    def _back(self, reason: str, retry_after: float = 0.0) -> None:
        if self._closing.is_set():
            return
        self._set_state("waiting")
        self._say(reason)
        self._machine.wait(max(self._pace.failed(), min(retry_after, _MAX_RETRY_AFTER)), self._closing)

    def _set_state(self, state: str) -> None:
        with self._changed:
            self._state = state
            self._changed.notify_all()

    def _tell(self) -> None:
        with self._changed:
            self._has_news = True
            self._changed.notify_all()

    def _say(self, problem: Optional[str]) -> None:
        with self._changed:
            if problem == self._problem:
                return
            self._problem = problem
        if self._on_problem is not None:
            _call(self._on_problem, problem)
        elif problem is not None:
            _log.warning("%s", problem)


def _call(listener: Optional[Callable[[Any], None]], value: Any) -> None:
    """A caller's function that raises stops nothing here."""
    if listener is None:
        return
    try:
        listener(value)
    except Exception:
        _log.exception("A function that was given to the client failed")


def _to_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")


def _complete_event(event: Dict[str, Any], now: datetime.datetime) -> Dict[str, Any]:
    """The event with its id and time. What only the hub can judge, such as a worker's name, is left to the hub."""
    complete = {name: value for name, value in event.items() if value is not None}
    for name in ("worker_id", "workstation_id"):
        if not isinstance(complete.get(name), str) or complete[name] == "":
            raise ValueError("An event needs {}, a text.".format(name))
    if complete.get("event_type") not in _EVENT_TYPES:
        raise ValueError(
            "event_type is one of {}, not {!r}.".format(", ".join(_EVENT_TYPES), complete.get("event_type"))
        )
    if "confidence" in complete:
        # Also of numpy, whose numbers JSON does not know.
        complete["confidence"] = float(complete["confidence"])
        if not 0 <= complete["confidence"] <= 1:
            raise ValueError("confidence is a number from 0 to 1, not {}.".format(complete["confidence"]))
    if "count" in complete:
        count = int(complete["count"])
        if count != complete["count"] or count < 0:
            raise ValueError("count is a whole number from 0 on, not {}.".format(complete["count"]))
        complete["count"] = count
    event_id = complete.setdefault("event_id", str(uuid.uuid4()))
    if not isinstance(event_id, str) or not 1 <= len(event_id) <= _MAX_EVENT_ID_LENGTH:
        raise ValueError("event_id is a text of 1 to {} characters.".format(_MAX_EVENT_ID_LENGTH))
    complete["timestamp"] = _timestamp_text(complete.get("timestamp", now))
    if len(_to_json(complete)) > _MAX_EVENT_BYTES:
        raise ValueError("An event has at most {} bytes.".format(_MAX_EVENT_BYTES))
    return complete


def _timestamp_text(timestamp: Any) -> str:
    if isinstance(timestamp, datetime.datetime):
        utc = timestamp.astimezone(datetime.timezone.utc)
        return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(timestamp, str) and re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", timestamp):
        return timestamp
    raise ValueError("timestamp is ISO 8601 or a datetime, not {!r}.".format(timestamp))


class _Pace:
    """How much to send, and how long to wait after failures."""

    def __init__(self, max_events: int, max_bytes: int, machine: _Machine) -> None:
        self._most_events = max_events
        self._most_bytes = max_bytes
        self._machine = machine
        self._failures = 0
        self.max_events = max_events
        self.max_bytes = max_bytes

    def succeeded(self, was_too_large: bool) -> None:
        self._failures = 0
        # One event was to blame, and not the size of batches.
        if was_too_large:
            self.max_bytes = self._most_bytes
        # After one event was found to be at fault, the others go in large batches again.
        self.max_events = min(self._most_events, self.max_events * 2)

    def failed(self) -> float:
        """Answers how long to wait, s."""
        self._failures += 1
        return _retry_delay(self._failures, self._machine.random())

    def split(self, lines: Sequence[bytes], is_too_large: bool) -> None:
        self.max_events = (len(lines) + 1) // 2
        # The hub's limit does not change by itself, so it is not tried again and again.
        if is_too_large:
            self.max_bytes = max(1, sum(len(line) + 1 for line in lines) // 2)


class _Outcome(NamedTuple):
    """What became of a batch.

    kind: "taken"; "too large" or "invalid" as a whole: where it is one event it is refused, else its halves are tried;
        "denied": the hub wants another token; "failed": nothing is known of it, so it is sent again.
    """

    kind: str
    reason: str = ""
    accepted: int = 0
    duplicates: int = 0
    refused: Sequence[Tuple[int, str]] = ()
    retry_after: float = 0.0


class _Hub:
    """The hub's address for events, on one connection that is kept."""

    def __init__(self, url: str, ssl_context: Optional[ssl.SSLContext]) -> None:
        parts = urllib.parse.urlsplit(url.rstrip("/"))
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("LINESIGHT_URL must begin with http:// or https://: " + url)
        self.url = url.rstrip("/")
        self._is_tls = parts.scheme == "https"
        self._host = parts.hostname
        self._port = parts.port
        self._path = parts.path + _EVENTS_PATH
        self._ssl_context = ssl_context
        self._connection: Optional[http.client.HTTPConnection] = None

    def send(self, lines: Sequence[bytes], token: Optional[str]) -> _Outcome:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if token:
            headers["Authorization"] = "Bearer " + token
        body = b"[" + b",".join(lines) + b"]"
        was_kept = self._connection is not None
        try:
            try:
                answer, text = self._request(body, headers)
            except (http.client.RemoteDisconnected, ConnectionError):
                # The hub ends connections that rest, and nothing says so before the next request.
                if not was_kept:
                    raise
                answer, text = self._request(body, headers)
        except (OSError, http.client.HTTPException) as error:
            self._drop()
            return _Outcome(
                "failed", "The hub at {} cannot be reached: {}".format(self.url, str(error) or repr(error))
            )
        return self._read_answer(answer, text, len(lines))

    def close(self) -> None:
        self._drop()

    def cut_off(self) -> None:
        """Ends a request under way in another thread."""
        connection = self._connection
        if connection is not None and connection.sock is not None:
            try:
                connection.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _request(self, body: bytes, headers: Dict[str, str]) -> Tuple[http.client.HTTPResponse, bytes]:
        try:
            if self._connection is None:
                self._connection = self._connect()
            connection = self._connection
            connection.request("POST", self._path, body, headers)
            answer = connection.getresponse()
            text = answer.read(_MAX_ANSWER_BYTES)
        except BaseException:
            self._drop()
            raise
        if not answer.isclosed():
            self._drop()
        return answer, text

    def _connect(self) -> http.client.HTTPConnection:
        connection: http.client.HTTPConnection
        if self._is_tls:
            context = self._ssl_context or ssl.create_default_context()
            connection = http.client.HTTPSConnection(
                self._host, self._port, timeout=_CONNECT_TIMEOUT, context=context
            )
        else:
            connection = http.client.HTTPConnection(self._host, self._port, timeout=_CONNECT_TIMEOUT)
        connection.connect()
        connection.sock.settimeout(_ANSWER_TIMEOUT)
        return connection

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _read_answer(self, answer: http.client.HTTPResponse, text: bytes, count: int) -> _Outcome:
        status = answer.status
        body = _read_json(text)
        shown = text[:200].decode("utf-8", "replace").strip()
        if status in (200, 201):
            taken = _read_taken(body, count)
            if taken is not None:
                return taken
            return _Outcome("failed", "What answers at {} is not a Linesight hub: {}".format(self.url, shown))
        if 300 <= status < 400:
            target = answer.headers.get("location") or "another address"
            return _Outcome(
                "failed", "{} sends on to {}. Set LINESIGHT_URL to the hub's own address.".format(self.url, target)
            )
        hub_error = body.get("error") if isinstance(body, dict) else None
        code = hub_error.get("code") if isinstance(hub_error, dict) else None
        message = hub_error.get("message") if isinstance(hub_error, dict) else None
        said = str(message or shown or "status {}".format(status))
        if status in (401, 403):
            return _Outcome("denied", said)
        if status == 413:
            return _Outcome("too large", said)
        # Only the hub itself can judge an event. A proxy that answers 400 is a fault of the way to it.
        if status in (400, 409, 422) and code in ("invalid", "conflict"):
            return _Outcome("invalid", said)
        try:
            retry_after = max(0.0, float(answer.headers.get("retry-after") or 0))
        except ValueError:
            retry_after = 0.0
        return _Outcome(
            "failed",
            "The hub at {} answered {}: {}".format(self.url, status, said),
            retry_after=retry_after,
        )


def _read_json(text: bytes) -> Any:
    try:
        return json.loads(text.decode("utf-8"))
    except ValueError:
        return None


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _read_taken(body: Any, count: int) -> Optional[_Outcome]:
    """None for anything but a whole answer for `count` events, such as the page of a proxy that answers 200."""
    if not isinstance(body, dict) or not isinstance(body.get("refused"), list):
        return None
    if not _is_number(body.get("accepted")) or not _is_number(body.get("duplicates")):
        return None
    rows = []
    for row in body["refused"]:
        index = row.get("index") if isinstance(row, dict) else None
        if not _is_number(index) or not 0 <= index < count:
            return None
        rows.append((index, str(row.get("error"))))
    if body["accepted"] + body["duplicates"] + len(rows) != count:
        return None
    return _Outcome("taken", accepted=body["accepted"], duplicates=body["duplicates"], refused=rows)


class _Position(NamedTuple):
    """Where a reader of the buffer stands."""

    segment: int
    offset: int


class _Batch(NamedTuple):
    """The oldest events that the hub has not answered for; `damaged` is what was found instead of one, shortened."""

    lines: List[bytes]
    damaged: List[str]
    next: _Position


class _Waiting:
    """An event on its way to the disk."""

    def __init__(self, line: bytes) -> None:
        self.line = line
        self.is_done = False
        self.error: Optional[BaseException] = None


class _FolderBuffer:
    """The buffer in a folder, made if it is missing.

    Files are only appended to: a program that is killed leaves at most half a line at the end of one, and the next start
    begins another.
    """

    def __init__(self, folder: str, max_bytes: int, machine: _Machine) -> None:
        self._folder = os.path.abspath(folder)
        self._max_bytes = max_bytes
        self._segment_bytes = max(_MIN_SEGMENT_BYTES, min(_MAX_SEGMENT_BYTES, max_bytes // 8))
        self._refused_path = os.path.join(self._folder, "refused.ndjson")
        self._position_path = os.path.join(self._folder, "position")
        #: What is wrong with the buffer itself, for people.
        self.problem: Optional[str] = None
        #: Guards what follows; who writes is told by `_is_writing`, so that the disk is waited for outside of it.
        self._turn = threading.Condition()
        self._queue: List[_Waiting] = []
        self._queued_bytes = 0
        self._is_writing = False
        self._is_closed = False
        #: Of each segment by number, as far as it is known to be on the disk.
        self._sizes: Dict[int, int] = {}
        self._newest = 0
        self._file: Optional[int] = None
        #: After a write that failed, more than `_sizes` says may stand in the file.
        self._is_uncertain = False
        os.makedirs(self._folder, exist_ok=True)
        self._lock = _FolderLock(self._folder, machine)
        try:
            self._position = self._load()
        except BaseException:
            self._lock.release()
            raise

    def append(self, body: bytes) -> None:
        """Returns once the event is on the disk. Events of other threads share its flush."""
        waiting = _Waiting(b"%08x %s\n" % (zlib.crc32(body), body))
        size = len(waiting.line)
        with self._turn:
            if self._held_bytes() + self._queued_bytes + size > self._max_bytes:
                raise BufferFullError(
                    "The buffer holds {} bytes of events that the hub has not taken, and no more (max_buffer_bytes). "
                    "Bring the hub back, or free what refuses this client.".format(self._max_bytes)
                )
            self._queue.append(waiting)
            self._queued_bytes += size
            while not waiting.is_done:
                if self._is_writing:
                    self._turn.wait()
                else:
                    self._write_queue()
        if waiting.error is not None:
            raise waiting.error

    def read(self, max_events: int, max_bytes: int) -> Optional[_Batch]:
        """The oldest events, at least one if there are any; None if there are none."""
        with self._turn:
            sizes = dict(self._sizes)
            segment, offset = self._position
        while True:
            size = sizes.get(segment, 0)
            if offset < size:
                return self._read_segment(segment, offset, size, max_events, max_bytes)
            later = [number for number in sizes if number > segment]
            if not later:
                return None
            segment, offset = min(later), 0

    def acknowledge(self, batch: _Batch, refused: Sequence[Dict[str, Any]]) -> None:
        """The hub has answered for a batch that was read."""
        self._assert_held()
        if refused:
            self._append_refused(refused)
        with self._turn:
            self._position = batch.next
        try:
            self._save_position(_size_of(self._refused_path))
            self.problem = None
        except OSError as error:
            # A disk without room must not stop what would make room. After a crash the hub would know these events.
            self.problem = "The position in {} cannot be saved: {}".format(self._folder, error)
        self._remove_before(batch.next.segment)

    def buffered_bytes(self) -> int:
        with self._turn:
            return self._held_bytes()

    def end(self) -> _Position:
        """Behind the newest event."""
        with self._turn:
            return _Position(self._newest, self._sizes.get(self._newest, 0))

    def is_past(self, position: _Position) -> bool:
        """Whether the hub has answered for everything before this."""
        with self._turn:
            return self._held_bytes() == 0 or self._position >= position

    def close(self) -> None:
        with self._turn:
            while self._is_writing:
                self._turn.wait()
            if self._is_closed:
                return
            self._is_closed = True
            if self._file is not None:
                os.close(self._file)
                self._file = None
        self._lock.release()

    def _assert_held(self) -> None:
        if self._is_closed:
            raise RuntimeError("This client is closed.")
        if not self._lock.is_held:
            raise BufferInUseError("Another program has taken {}.".format(self._folder))

    def _held_bytes(self) -> int:
        segment, offset = self._position
        return sum(
            max(0, size - offset) if number == segment else size
            for number, size in self._sizes.items()
            if number >= segment
        )

    def _segment_path(self, segment: int) -> str:
        return os.path.join(self._folder, "{:08d}.events".format(segment))

    def _load(self) -> _Position:
        for name in os.listdir(self._folder):
            found = re.match(r"(\d{8,15})\.events$", name)
            if found:
                self._sizes[int(found.group(1))] = _whole_size(os.path.join(self._folder, name))
        try:
            with open(self._position_path, "rb") as file:
                saved = _read_json(file.read())
        except OSError:
            saved = None
        start = _Position(0, 0)
        if isinstance(saved, dict) and _is_number(saved.get("segment")) and _is_number(saved.get("offset")):
            start = _Position(saved["segment"], saved["offset"])
            self._cut_refused(saved.get("refused"))
        self._newest = max([start.segment, *self._sizes])
        self._remove_before(start.segment)
        return start

    def _cut_refused(self, length: Any) -> None:
        """Refusals written by a program that died before it noted that the hub had answered: they come again."""
        if _is_number(length) and 0 <= length < _size_of(self._refused_path):
            os.truncate(self._refused_path, length)

    def _remove_before(self, segment: int) -> None:
        with self._turn:
            old = [number for number in self._sizes if number < segment]
        for number in old:
            try:
                os.remove(self._segment_path(number))
            except FileNotFoundError:
                pass
            with self._turn:
                del self._sizes[number]

    def _write_queue(self) -> None:
        """Called with the turn held, by the thread whose event is next; writes what has gathered since."""
        self._is_writing = True
        group, self._queue = self._queue, []
        data = b"".join(waiting.line for waiting in group)
        error: Optional[BaseException] = None
        self._turn.release()
        try:
            self._write(data)
        except BaseException as failure:
            error = failure
            self._is_uncertain = True
            try:
                self._cut_uncertain()
            except OSError:
                pass
        finally:
            self._turn.acquire()
            self._is_writing = False
            self._queued_bytes -= len(data)
            if error is None:
                self._sizes[self._newest] = self._sizes.get(self._newest, 0) + len(data)
            for waiting in group:
                waiting.is_done = True
                waiting.error = error
            self._turn.notify_all()

    def _write(self, data: bytes) -> None:
        self._assert_held()
        self._cut_uncertain()
        if self._file is None or self._sizes.get(self._newest, 0) >= self._segment_bytes:
            self._begin_segment()
        assert self._file is not None
        os.lseek(self._file, self._sizes.get(self._newest, 0), os.SEEK_SET)
        rest = memoryview(data)
        while len(rest) > 0:
            rest = rest[os.write(self._file, rest) :]
        os.fsync(self._file)

    def _cut_uncertain(self) -> None:
        """An event whose `record` fails must not be sent: the caller may record it again."""
        if self._is_uncertain and self._file is not None:
            os.ftruncate(self._file, self._sizes.get(self._newest, 0))
            os.fsync(self._file)
        self._is_uncertain = False

    def _begin_segment(self) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        opened = os.open(self._segment_path(self._newest + 1), flags, 0o644)
        if self._file is not None:
            os.close(self._file)
        self._file = opened
        with self._turn:
            self._newest += 1
            self._sizes[self._newest] = 0
        _sync_folder(self._folder)

    def _read_segment(self, segment: int, offset: int, size: int, max_events: int, max_bytes: int) -> _Batch:
        length = min(size - offset, max(max_bytes, 2 * _MAX_EVENT_BYTES))
        with open(self._segment_path(segment), "rb") as file:
            file.seek(offset)
            data = file.read(length)
        if len(data) < length:
            raise OSError("{} was cut by another program.".format(self._segment_path(segment)))
        lines: List[bytes] = []
        damaged: List[str] = []
        start = 0
        while start < length and len(lines) < max_events:
            newline = data.find(b"\n", start)
            # The rest of a line stands in the next stretch. A stretch that is one line without an end is no event.
            if newline < 0 and start > 0:
                break
            end = length if newline < 0 else newline + 1
            if lines and end > max_bytes:
                break
            body = _checked_line(data[start:newline]) if newline >= 0 else None
            if body is not None:
                lines.append(body)
            else:
                damaged.append(data[start : min(end, start + 200)].decode("latin-1"))
            start = end
        return _Batch(lines, damaged, _Position(segment, offset + start))

    def _append_refused(self, refused: Sequence[Dict[str, Any]]) -> None:
        if _size_of(self._refused_path) > _MAX_REFUSED_BYTES:
            os.replace(self._refused_path, os.path.join(self._folder, "refused-old.ndjson"))
            self._save_position(0)
        with open(self._refused_path, "ab") as file:
            file.write(b"".join(_to_json(one) + b"\n" for one in refused))
            file.flush()
            os.fsync(file.fileno())
        _sync_folder(self._folder)

    def _save_position(self, refused_bytes: int) -> None:
        segment, offset = self._position
        text = _to_json({"segment": segment, "offset": offset, "refused": refused_bytes}) + b"\n"
        with open(self._position_path + ".new", "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(self._position_path + ".new", self._position_path)
        _sync_folder(self._folder)


def _checked_line(line: bytes) -> Optional[bytes]:
    """The JSON of a line of the buffer; None if its checksum says that it is not what was written."""
    body = line[9:]
    return body if line[:9] == b"%08x " % zlib.crc32(body) else None


def _size_of(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def _whole_size(path: str) -> int:
    """Without the half line at the end that was being written when a program was killed: `record` had not returned."""
    size = _size_of(path)
    length = min(size, 2 * _MAX_EVENT_BYTES)
    with open(path, "rb") as file:
        file.seek(size - length)
        newline = file.read(length).rfind(b"\n")
    return size if newline < 0 and length < size else size - length + newline + 1


def _sync_folder(folder: str) -> None:
    """Names of new files are on the disk only once their folder is. Windows has no such call, and no such need."""
    if os.name == "nt":
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    except OSError:
        pass  # Some network shares know no such call either.
    finally:
        os.close(opened)


class _FolderLock:
    """Makes the folder this program's own.

    A lock that a killed program left behind is recognised at once on the same machine, and after 20 s if it was of
    another one, such as a container that was replaced, or on Windows.
    """

    #: Folders that this process uses.
    _held_here: Dict[str, int] = {}
    _guard = threading.Lock()

    def __init__(self, folder: str, machine: _Machine) -> None:
        self._folder = folder
        self._machine = machine
        self._path = os.path.join(folder, "lock")
        self._nonce = str(uuid.uuid4())
        self._mine = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "started": _start_of(os.getpid()),
            "nonce": self._nonce,
        }
        self._text = _to_json(self._mine) + b"\n"
        self._end = threading.Event()
        self.is_held = True
        with self._guard:
            # A forked process has a copy of what its parent holds, and the parent's number in it.
            if self._held_here.get(self._path) == os.getpid():
                raise self._in_use(self._mine)
            self._held_here[self._path] = os.getpid()
        try:
            self._take()
        except BaseException:
            self._held_here.pop(self._path, None)
            raise
        threading.Thread(target=self._beat, name="linesight-lock", daemon=True).start()

    def release(self) -> None:
        self._end.set()
        self.is_held = False
        self._held_here.pop(self._path, None)
        if self._read() == self._text:
            try:
                os.remove(self._path)
            except OSError:
                pass

    def _in_use(self, holder: Dict[str, Any]) -> BufferInUseError:
        return BufferInUseError(
            "{} is used by process {} of {}. Each program needs a folder of its own.".format(
                self._folder, holder.get("pid"), holder.get("host")
            )
        )

    def _read(self) -> Optional[bytes]:
        try:
            with open(self._path, "rb") as file:
                return file.read()
        except OSError:
            return None

    def _take(self) -> None:
        # Written apart and linked, so that nobody reads half of it.
        prepared = "{}.{}".format(self._path, self._nonce)
        with open(prepared, "wb") as file:
            file.write(self._text)
        try:
            while not self._claim(prepared):
                self._remove_stale()
        finally:
            os.remove(prepared)

    def _claim(self, prepared: str) -> bool:
        try:
            os.link(prepared, self._path)
            return True
        except FileExistsError:
            return False
        except (OSError, NotImplementedError):
            # Shares without links: exclusive creation is the next best.
            try:
                with open(self._path, "xb") as file:
                    file.write(self._text)
                return True
            except FileExistsError:
                return False

    def _remove_stale(self) -> None:
        found = self._read()
        if found is None:
            return
        holder = _read_json(found)
        holder = holder if isinstance(holder, dict) else {}
        if self._is_in_use(holder):
            raise self._in_use(holder)
        # Taken away under another name, so that of several that find it stale only one succeeds.
        aside = "{}.{}.old".format(self._path, self._nonce)
        try:
            os.rename(self._path, aside)
        except OSError:
            return
        with open(aside, "rb") as file:
            moved = file.read()
        if moved != found:
            try:
                os.link(aside, self._path)
            except OSError:
                pass
        os.remove(aside)

    def _is_in_use(self, holder: Dict[str, Any]) -> bool:
        pid = holder.get("pid")
        if holder.get("host") == self._mine["host"] and _is_number(pid):
            if pid == os.getpid():
                return False
            if os.name != "nt":
                if not _is_alive(pid):
                    return False
                if self._mine["started"] and holder.get("started"):
                    return _start_of(pid) == holder["started"]
        before = self._touched_at()
        self._machine.wait(_STALE_LOCK, self._end)
        return self._touched_at() != before

    def _touched_at(self) -> int:
        try:
            return os.stat(self._path).st_mtime_ns
        except OSError:
            return 0

    def _beat(self) -> None:
        while not self._end.wait(_BEAT):
            if self._read() != self._text:
                self.is_held = False
                return
            try:
                os.utime(self._path)
            except OSError:
                pass


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return True
    except ProcessLookupError:
        return False
    except OSError:
        return True


def _start_of(pid: int) -> str:
    """When a process began, in the kernel's own unit, so that a number that was given again is not taken for it."""
    try:
        with open("/proc/{}/stat".format(pid), "rb") as file:
            return file.read().rpartition(b")")[2].split()[19].decode("ascii")
    except (OSError, IndexError):
        return ""
