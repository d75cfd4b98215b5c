"""The table, the JSON result and the HTML report of a run."""
import datetime
import html
import json
import os
import pathlib
import statistics
import subprocess

import plots
from bench import summary

NOTES = """Rates are the median of rounds in which ticketd and its bare minimum took turns. Latencies of rates are wrk's, of 64
connections that each wait for the answer before they send the next request (a closed loop), corrected for coordinated omission as
wrk does it: a reply that took longer than twice the mean interval also counts as those that it held up. The flash sale's are
measured request by request with 128 connections: from the moment that a person's request left. An outcome is committed when
PostgreSQL says so (pg_xact_commit_timestamp). Load generator, nginx, PostgreSQL and both Redis share the machine's cores."""


def number(value):
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.3g}" if abs(value) < 1 else f"{value:.1f}"


def target(entry):
    parts = []
    if entry["least"] is not None and entry["least"] == entry["most"]:
        parts.append(f"= {number(entry['least'])}")
    else:
        parts += [f"≥ {number(entry['least'])}"] if entry["least"] is not None else []
        parts += [f"≤ {number(entry['most'])}"] if entry["most"] is not None else []
    parts += [f"≥ {entry['least_ratio']} ×"] if entry["least_ratio"] is not None else []
    parts += [f"≤ {entry['most_ratio']} ×"] if entry["most_ratio"] is not None else []
    return " and ".join(parts)


def rows(bench):
    for name, entry in bench.figures.items():
        value, bare, ratio, reached = summary(entry)
        yield {"name": name, "label": entry["label"], "value": value, "unit": entry["unit"], "bare": bare,
               "bare_label": entry["bare_label"], "ratio": ratio, "target": target(entry), "reached": reached}


def print_table(bench):
    print(f"\n{'':66} {'figure':>10} {'':4} {'bare':>9} {'ratio':>6}  {'target':20}")
    for row in rows(bench):
        verdict = {True: "reached", False: "NOT REACHED", None: ""}[row["reached"]]
        ratio = f"{row['ratio']:.2f}" if row["ratio"] else ""
        bare = f" ({row['bare_label']})" if row["bare_label"] and row["bare"] else ""
        print(f"{(row['label'] + bare)[:66]:66} {number(row['value']):>10} {row['unit']:4} {number(row['bare']):>9} {ratio:>6}  "
              f"{row['target']:20} {verdict}".rstrip())


def turn_ratios(now, before):
    """Of each turn, in which the two revisions ran one after the other: what makes a host slow for minutes is in both."""
    pairs = zip(now, before, strict=False)
    return sorted(new / old for new, old in pairs if old)


def spread(ratios):
    """Their median, and between what the middle half of them lies."""
    if len(ratios) < 4:
        return f"{statistics.median(ratios):.2f}" if ratios else ""
    low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"


def print_comparison(bench, base):
    print(f"\n{'':66} {'base':>10} {'now':>10} {'':4} now/base, the middle half of the turns")
    for name, entry in bench.figures.items():
        if name in base.figures:
            old, new = base.figures[name]["values"], entry["values"]
            print(f"{entry['label'][:66]:66} {number(statistics.median(old)):>10} {number(statistics.median(new)):>10} "
                  f"{entry['unit']:4} {spread(turn_ratios(new, old))}")


def machine():
    model = [each.split(":")[1].strip() for each in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if "model name" in each]
    return f"{os.cpu_count()} cores of {model[0] if model else 'unknown'}, load {os.getloadavg()[0]:.1f} at the end"


def revision(root):
    return subprocess.run(["git", "-C", root, "describe", "--always", "--dirty"], capture_output=True, text=True).stdout.strip()


def publish(bench, base):
    failed = bench.failed + (base.failed if base else [])
    print_comparison(bench, base) if base else print_table(bench)
    at = datetime.datetime.now(datetime.timezone.utc)
    result = {"at": at.isoformat(timespec="seconds"), "revision": revision(bench.root), "machine": machine(), "quick": bench.quick,
              "base": revision(base.root) if base else None, "figures": list(rows(bench)),
              "base_figures": list(rows(base)) if base else [], "plots": bench.plots, "failed": failed}
    name = bench.out / f"result-{at:%Y%m%dT%H%M%SZ}"
    name.with_suffix(".json").write_text(json.dumps(result, indent=1, ensure_ascii=False))
    name.with_suffix(".html").write_text(page(result, earlier(bench.out)))
    for line in failed:
        print(f"failed: {line}")
    print(f"\n{name.with_suffix('.html')}")


def earlier(out):
    """All results kept, the oldest first, with this one."""
    return [json.loads(file.read_text()) for file in sorted(out.glob("result-*.json"))]


def page(result, results):
    cells = []
    for row in result["figures"]:
        verdict = {True: "reached", False: "not reached", None: ""}[row["reached"]]
        ratio = f"{row['ratio']:.2f}" if row["ratio"] else ""
        texts = [row["label"], number(row["value"]), row["unit"], number(row["bare"]), row["bare_label"], ratio, row["target"], verdict]
        cells.append("<tr>" + "".join(f"<td>{html.escape(text)}</td>" for text in texts) + "</tr>")
    pictures = [plots.bars("Requests and outcomes a second", [(r["label"], r["value"], r["bare"]) for r in result["figures"]
                                                              if r["unit"] == "1/s"]),
                plots.bars("p99 in ms, of the cases with a rate", [(r["name"][:-4], r["value"], r["bare"]) for r in result["figures"]
                                                                   if r["name"].endswith("_p99") and r["unit"] == "ms"])]
    pictures += [plots.lines(**plot) for plot in result["plots"].values()]
    history = {}
    for n, old in enumerate(each for each in results if not each["quick"]):
        for row in old["figures"]:
            if row["ratio"] and row["unit"] == "1/s":
                history.setdefault(row["name"], []).append((n, row["ratio"]))
    if any(len(points) > 1 for points in history.values()):
        pictures.append(plots.lines("Ratio to the bare minimum, run by run", "run", "ratio", history))
    head = "<tr>" + "".join(f"<th>{t}</th>" for t in ("", "figure", "", "bare minimum", "", "ratio", "target", "")) + "</tr>"
    return (f"<!doctype html><meta charset=utf-8><title>ticketd bench {result['revision']}</title>"
            "<style>body{font:14px sans-serif;margin:2em;max-width:80em}td{padding:1px 8px}td:nth-child(2),td:nth-child(4),"
            "td:nth-child(6){text-align:right}svg{margin:1em 0;display:block}</style>"
            f"<h1>ticketd {result['revision']}</h1><p>{result['at']}, {html.escape(result['machine'])}"
            f"{', QUICK' if result['quick'] else ''}</p><table>{head}{''.join(cells)}</table><p>{html.escape(NOTES)}</p>"
            + "".join(f"<p>failed: {html.escape(line)}</p>" for line in result["failed"]) + "".join(pictures))
