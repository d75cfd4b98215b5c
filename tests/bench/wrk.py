"""Load by wrk: connections that send the next request when the answer to the last has come.

wrk's percentiles are corrected for what it did not send meanwhile: a request that took longer than twice the mean interval
also counts as those that would have been sent behind it (stats_correct in wrk.c, after HdrHistogram).
"""
import json
import pathlib
import subprocess

THREADS = 2
LUA = pathlib.Path(__file__).with_name("wrk.lua")


class BadReplies(RuntimeError):
    pass


def line(method, path, token="", body=""):
    return f"{method}\t{path}\t{token}\t{body}\n"


def run(port, file, seconds, connections=64):
    """{rate in 1/s, p50, p95, p99, max in ms} of one run. Raises BadReplies if any reply was an error."""
    threads = min(THREADS, connections)
    text = subprocess.run(
        ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}", "--timeout", "10", "-s", LUA,
         f"http://127.0.0.1:{port}", "--", file, str(threads)], check=True, capture_output=True, text=True).stdout
    found = [each for each in text.splitlines() if each.startswith("JSON ")]
    result = json.loads(found[0][5:])
    if not result["requests"]:
        raise BadReplies(f"no reply in {seconds} s")
    if result["bad"] or result["socket_errors"]:
        raise BadReplies(f"{result['bad']} of {result['requests']} replies were errors, "
                         f"{result['socket_errors']} errors of the sockets")
    return {"rate": result["requests"] / result["us"] * 1e6,
            **{name: result[name] / 1000 for name in ("p50", "p95", "p99", "max")}}
