"""Runs cells by jupyter_client: a line of JSON on the standard input is asked, one on the standard output answers.

{"do": "start"} starts a kernel and runs its first cell; {"do": "run", "code": C} runs one more and counts the characters
that it prints; {"do": "stop"} ends the kernel. Each answers when that is done.
"""

import json
import queue
import sys

from jupyter_client.manager import start_new_kernel


def run(client, code):
    asked = client.execute(code)
    texts = []
    while True:
        message = client.get_iopub_msg(timeout=120)
        if message["parent_header"].get("msg_id") != asked:
            continue
        content = message["content"]
        if message["msg_type"] == "stream":
            texts.append(content["text"])
        elif message["msg_type"] == "status" and content["execution_state"] == "idle":
            break
    while client.get_shell_msg(timeout=120)["parent_header"].get("msg_id") != asked:
        pass
    return "".join(texts)


manager = client = None
for line in sys.stdin:
    asked = json.loads(line)
    stdout = ""
    try:
        if asked["do"] == "start":
            manager, client = start_new_kernel(startup_timeout=120)
        elif asked["do"] == "run":
            stdout = run(client, asked["code"])
        else:
            client.stop_channels()
            manager.shutdown_kernel(now=True)
        answer = {"stdout": stdout}
    except (queue.Empty, RuntimeError) as error:
        answer = {"error": repr(error)}
    print(json.dumps(answer), flush=True)
