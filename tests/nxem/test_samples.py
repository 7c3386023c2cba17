"""What is picked from blocks is what NumPy picks from the whole."""

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emfair.nxem.samples import Sample, every, spread, within

RANDOM = np.random.default_rng(0)


@st.composite
def cases(draw):
    """Draw an array's shape, picks, the axes that are kept, and where it is cut into blocks."""
    sizes = draw(st.lists(st.integers(1, 7), min_size=1, max_size=4))
    picks = []
    for size in sizes:
        start = draw(st.integers(0, size - 1))
        picks.append(range(start, draw(st.integers(start + 1, size)), draw(st.integers(1, 4))))
    keep = draw(st.sets(st.sampled_from(range(len(sizes)))))
    cuts = [sorted({0, size, *draw(st.lists(st.integers(0, size)))}) for size in sizes]
    return sizes, picks, keep, cuts, draw(st.randoms())


@given(cases())
def test_blocks_in_any_cut_and_order_give_what_the_whole_gives(case):
    sizes, picks, keep, cuts, random = case
    data = RANDOM.integers(0, 100, sizes).astype(np.int16)
    sample = Sample(picks, keep)
    spans = list(product(*(list(pairwise(cut)) for cut in cuts)))
    random.shuffle(spans)
    for span in spans:
        block = data[tuple(slice(start, stop) for start, stop in span)]
        sample.see([start for start, _ in span], block)
    summed = tuple(axis for axis in range(len(sizes)) if axis not in keep)
    assert np.array_equal(sample.values, data[np.ix_(*picks)].sum(axis=summed))


def test_one_frame_keeps_its_dtype_and_a_sum_is_float64():
    data = np.full((2, 3, 3), 200, np.uint8)
    for picks, dtype in ((range(1, 2), np.uint8), (range(2), np.float64)):
        sample = Sample([picks, range(3), range(3)], {1, 2})
        sample.see((0, 0, 0), data)
        assert sample.values.dtype == dtype
        assert sample.values.max() == 200 * len(picks)


def test_a_sum_passes_over_what_is_not_known_and_says_so_where_nothing_is():
    data = np.ones((3, 4))
    data[0, 1], data[1, 2], data[2] = np.nan, np.inf, np.nan
    sample = Sample([range(3), range(4)], {0})
    sample.see((0, 0), data)
    assert sample.values[:2].tolist() == [3, 3]
    assert np.isnan(sample.values[2])


@given(st.integers(1, 10_000), st.integers(1, 500))
def test_spread_picks_lie_within_at_equal_steps_as_many_as_fit(size, most):
    picks = spread(size, most)
    assert 1 <= len(picks) <= most
    assert picks[0] >= 0
    assert picks[-1] < size
    assert picks[0] <= size - 1 - picks[-1] + 1
    assert size <= most * picks.step


@given(st.lists(st.integers(1, 3000), min_size=1, max_size=4), st.integers(1, 1 << 20), st.data())
def test_picks_are_thinned_to_the_budget_and_no_further_than_they_must(sizes, budget, data):
    order = data.draw(st.permutations(range(len(sizes))))[: data.draw(st.integers(0, 3))]
    whole = [range(size) for size in sizes]
    thinned = within(whole, sizes, budget, order, least=1)
    taken = np.prod([len(picks) for picks in thinned], dtype=np.int64)
    assert taken <= budget
    if np.prod(sizes, dtype=np.int64) <= budget:
        assert thinned == whole
    else:
        assert taken * 8 > min(budget, 8)


@pytest.mark.parametrize(("size", "step", "picks"), [(10, 1, range(10)), (10, 3, [0, 3, 6, 9]),
                                                     (11, 4, [1, 5, 9]), (1, 9, [0])])  # fmt: skip
def test_every_nth_lies_in_the_middle(size, step, picks):
    assert list(every(size, step)) == list(picks)
