"""Geometry: round steps, gaps instead of zeros, everything inside the frame."""

import pytest

from reports.charts import bars, lines
from reports.charts.frame import BASE, HEIGHT, LEFT, TOP, WIDTH, Axis, marks


@pytest.mark.parametrize(
    ("highest", "labels"),
    [
        (1, ["0", "0.25", "0.5", "0.75", "1"]),
        (17, ["0", "5", "10", "15", "20"]),
        (90, ["0", "25", "50", "75", "100"]),
        (213, ["0", "100", "200", "300"]),
    ],
)
def test_axis_has_round_steps_that_hold_the_highest(highest: float, labels: list[str]) -> None:
    assert [tick.label for tick in Axis.up_to(highest).ticks()] == labels


def test_counts_never_get_half_steps() -> None:
    assert [tick.label for tick in Axis.up_to(1, whole=True).ticks()] == ["0", "1"]
    assert [tick.label for tick in Axis.up_to(3, whole=True).ticks()] == ["0", "1", "2", "3"]


def test_values_outside_the_axis_stay_inside_the_frame() -> None:
    axis = Axis.up_to(100, low=90)
    assert axis.y(50) == BASE
    assert axis.y(1000) == TOP


def test_a_day_without_a_value_is_a_gap() -> None:
    series = lines.Series("c", "p50", [1.0, 2.0, None, 3.0, 4.0], ["a", "b", "c", "d", "e"])
    (line,) = lines.line_chart(list("12345"), [series], Axis.up_to(4)).lines
    assert len(line.runs) == 2
    assert [dot.title for dot in line.dots] == ["a", "b", "d", "e"]


def test_columns_stack_from_the_base_and_leave_out_nothing_but_zeros() -> None:
    legend = [bars.Legend("one", "One"), bars.Legend("two", "Two")]
    chart = bars.column_chart(["1", "2"], [[3, 1], [0, 0]], ["4", "0"], legend)
    first, second = chart.columns
    assert [part.css for part in first.parts] == ["one", "two"]
    assert float(first.parts[0].y) + float(first.parts[0].height) == BASE
    assert float(first.parts[1].y) + float(first.parts[1].height) == pytest.approx(
        float(first.parts[0].y), abs=0.1
    )
    assert second.parts == []
    for part in first.parts:
        assert LEFT <= float(part.x) <= WIDTH
        assert TOP <= float(part.y) <= HEIGHT


def test_lying_bars_share_one_scale_and_end_with_their_total() -> None:
    chart = bars.bar_chart([("a", [2]), ("b", [4])], ["a: 2", "b: 4"], [bars.Legend("one", "One")])
    short, long = chart.bars
    assert float(long.parts[0].width) == pytest.approx(2 * float(short.parts[0].width))
    assert (short.total, long.total) == (2, 4)


@pytest.mark.parametrize("count", [1, 7, 30, 60, 90])
def test_labels_fit_and_the_last_day_is_always_named(count: int) -> None:
    labels = [str(number) for number in range(count)]
    found = marks(labels, [float(number) for number in range(count)])
    assert len(found) <= 10
    assert found[-1].label == labels[-1]
