"""Plots as SVG, written by hand."""
import html
import math

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 760, 320, 70, 45, 40
COLOURS = ("#1f5fa8", "#c8502d", "#3b8a4e", "#8a4fa8", "#8a7a1f", "#1f8a8a", "#a81f5f", "#555555")


def _frame(title, body, height=HEIGHT):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" font-family="sans-serif" font-size="11">'
            f'<text x="10" y="18" font-size="14">{html.escape(title)}</text>{body}</svg>')


def _text(x, y, text, anchor="start", colour="#333"):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{html.escape(str(text))}</text>'


def _short(value):
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def bars(title, rows):
    """Rows of (label, value, bare minimum or None)."""
    most = max([max(value, bare or 0) for _, value, bare in rows] or [1]) or 1
    parts, y = [], TOP
    scale = (WIDTH - 480) / most
    for label, value, bare in rows:
        parts.append(_text(370, y + 10, label.strip()[:64], "end"))
        parts.append(f'<rect x="380" y="{y}" width="{value * scale:.1f}" height="10" fill="{COLOURS[0]}"/>')
        parts.append(_text(385 + value * scale, y + 10, _short(value)))
        if bare is not None:
            parts.append(f'<rect x="380" y="{y + 11}" width="{bare * scale:.1f}" height="4" fill="#bbb"/>')
        y += 22
    return _frame(title + " (grey: the bare minimum)", "".join(parts), y + 10)


def lines(title, x, y, lines):
    """`lines`: name -> [(x, y)]. Logarithmic where the values span more than two orders of magnitude."""
    points = [point for each in lines.values() for point in each]
    if not points:
        return ""
    to_x, x_marks = _axis([p[0] for p in points], LEFT, WIDTH - 170)
    to_y, y_marks = _axis([p[1] for p in points], HEIGHT - BOTTOM, TOP)
    parts = [_text((LEFT + WIDTH - 170) / 2, HEIGHT - 8, x, "middle"), _text(10, TOP - 8, y)]
    for mark in x_marks:
        parts.append(_text(to_x(mark), HEIGHT - BOTTOM + 15, _short(mark), "middle"))
    for mark in y_marks:
        parts.append(_text(LEFT - 6, to_y(mark) + 4, _short(mark), "end"))
        parts.append(f'<path d="M{LEFT} {to_y(mark):.1f}H{WIDTH - 170}" stroke="#ddd"/>')
    for n, (name, each) in enumerate(lines.items()):
        colour = COLOURS[n % len(COLOURS)]
        path = " ".join(f"{to_x(a):.1f},{to_y(b):.1f}" for a, b in each)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        parts.append(_text(WIDTH - 160, TOP + 14 * n + 10, name, colour=colour))
    return _frame(title, "".join(parts), max(HEIGHT, TOP + 14 * len(lines) + 20))


def _axis(values, start, end):
    """The function from value to place, and the values to mark."""
    low, high = min(values), max(values)
    if low > 0 and high / low > 100:
        low, high = math.floor(math.log10(low)), math.ceil(math.log10(high))
        return (lambda v: start + (math.log10(v) - low) / (high - low) * (end - start)), [10.0 ** n for n in range(low, high + 1)]
    low = min(low, 0)
    high = high if high > low else low + 1
    step = 10 ** math.floor(math.log10(high - low))
    if (high - low) / step < 4:
        step /= 2 if (high - low) / step >= 2 else 5
    marks = [low + n * step for n in range(int((high - low) / step) + 1)]
    return (lambda v: start + (v - low) / (high - low) * (end - start)), marks
