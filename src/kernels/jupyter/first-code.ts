/**
 * Run by ipykernel before all cells, silently. It has it keep all that it publishes for a reader that is held up, and
 * publish text no faster than a Jupyter Server passes on: of what comes above 1,000 messages or a million bytes a second,
 * over three seconds, the server throws away (`iopub_msg_rate_limit`, `iopub_data_rate_limit`). A cell that prints faster
 * waits. The server counts the message around a text, too, and by its own clock: one that stands still for some seconds
 * counts what came meanwhile at once, so that what it allows in three seconds is sent in six.
 */
export const firstPythonCode = `
def _runwright_pace():
    import collections, json, sys, time, zmq
    thread = get_ipython().kernel.iopub_socket.io_thread
    thread.schedule(lambda: thread.socket.setsockopt(zmq.SNDHWM, 0))
    window, most_messages, most_bytes = 6.4, 2800, 2800000
    sent, total = collections.deque(), [0]
    def pace(message):
        size = len(json.dumps(message["content"]["text"], ensure_ascii=False).encode("utf8", "replace")) + 1200
        while sent and (len(sent) >= most_messages or total[0] + size > most_bytes or time.monotonic() > sent[0][0] + window):
            at, oldest = sent.popleft()
            time.sleep(max(0, at + window - time.monotonic()))
            total[0] -= oldest
        sent.append((time.monotonic(), size))
        total[0] += size
        return message
    for stream in (sys.stdout, sys.stderr):
        thread.schedule(lambda stream=stream: stream.register_hook(pace))
try:
    _runwright_pace()
except Exception:
    pass
del _runwright_pace
`
