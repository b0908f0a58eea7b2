"""Random numbers and samplers against known vectors and exact distributions."""

import numpy as np
import pytest
from numba import njit
from scipy import stats

from forbear.kernel import draws, exact
from forbear.kernel.functions import exp_lane, log1p_lane
from forbear.kernel.vectors import pack, unpack
from forbear.kernel.wide.machine import compiled, loaded, target_of
from forbear.kernel.wide.text import Code, Module
from forbear.kernel.wide.words import philox

LANES = draws.LANES


def buffers():
    words = np.zeros(8 * LANES, dtype=np.uint32)
    return words, np.full(2, -1, dtype=np.int64), np.zeros(draws.WORK_ROWS * LANES, dtype=np.float32)


def quantiles(kind, arguments, levels):
    """Push given uniform levels (as 32-bit words) through a lane sampler."""
    words, held, work = buffers()
    members = np.arange(LANES, dtype=np.uint32)
    out = np.zeros(LANES, dtype=np.float32)
    rows = [np.full(LANES, a, dtype=np.float32) for a in arguments]
    found = np.empty(levels.size)
    numbers = np.minimum(np.floor(levels * 2.0**32), 2.0**32 - 1).astype(np.uint32)
    for start in range(0, levels.size, LANES):
        words[:LANES] = numbers[start : start + LANES]
        held[0] = 0  # the words of step 0, block 0 are already there
        given = [x for row in rows for x in (row, 0)]
        kind(*given, out, 0, words, held, 0, 1, 0, 0, members, 1, 2, work, LANES)
        found[start : start + LANES] = out
    return found


#: Counter, key, words: the published answers of seven rounds (Random123, kat_vectors).
PUBLISHED = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "5f6fb709 0d893f64 4f121f81 4f730a48"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "5207ddc2 45165e59 4d8ee751 8c52f662"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "4dfccaba 190a87f0 c47362ba b6b5242a"),
]


@pytest.mark.parametrize(("counter", "key", "words"), PUBLISHED)
def test_philox_gives_the_published_words_member_by_member_and_wide(counter, key, words):
    c0, c1, c2, c3 = (int(word, 16) for word in counter.split())
    k0, k1 = (int(word, 16) for word in key.split())
    wanted = [int(word, 16) for word in words.split()]
    assert list(exact.philox(c0, c1, c2, c3, k0, k1)) == wanted
    target, module = target_of(), Module({})
    kinds = [("ptr", "members"), ("ptr", "address"), ("ptr", "out")]
    code = Code(module, "void @words", kinds)
    numbers = [code.load(code.at(code.arguments["address"], "i32", place), "i32") for place in range(5)]
    for place, made in enumerate(philox(code, code.load(code.arguments["members"], "<16 x i32>"), *numbers)):
        code.store(made, code.at(code.arguments["out"], "i32", 16 * place))
    code.end()
    run = loaded(compiled(str(module), target), f"words {counter}", "words", 3)
    members, out = np.full(16, c0, dtype=np.uint32), np.zeros((4, 16), dtype=np.uint32)
    address = np.array([c1, c2, c3, k0, k1], dtype=np.uint32)
    run(members.ctypes.data, address.ctypes.data, out.ctypes.data)
    assert [set(row.tolist()) for row in out] == [{word} for word in wanted]


def test_both_kernels_read_the_same_number_at_the_same_address():
    words, held, _ = buffers()
    members = np.arange(100, 100 + LANES, dtype=np.uint32)
    row = draws.word_row(words, held, 0, 77, 5, 6, members, 3, 4, LANES)
    from_lanes = (words[row : row + LANES].astype(float) + 0.5) * 2.0**-32
    from_scalar = [exact.uniform_at(0, 77, 5, 6, int(m), 3, 4) for m in members]
    assert np.array_equal(from_lanes, np.array(from_scalar))


GRID = [
    (1, 0.3),
    (4, 0.7),
    (12, 0.05),
    (50, 0.2),
    (50, 0.9),
    (400, 0.02),
    (400, 0.031),
    (1000, 0.05),
    (20_000, 0.01),
    (300_000, 0.0001),
    (5_000_000, 0.02),
]


@pytest.mark.parametrize(("n", "p"), GRID)
def test_the_binomial_sampler_is_within_a_thousandth_of_the_exact_distribution(n, p):
    """Total variation of the deterministic quantile function; 2**16 levels resolve about 1e-5 of each count."""
    levels = (np.arange(65_536) + 0.5) / 65_536
    found = quantiles(draws.binomial_lanes, (n, p), levels)
    low, high = int(found.min()), int(found.max())
    counts = np.bincount((found - low).astype(int)) / found.size
    exactly = stats.binom.pmf(np.arange(low, high + 1), n, p)
    resolution = (high - low + 1) / 65_536
    assert 0.5 * np.abs(counts - exactly).sum() < 1e-3 + resolution
    assert found.mean() == pytest.approx(n * p, rel=2e-4, abs=1e-4)
    assert found.std() == pytest.approx(np.sqrt(n * p * (1 - p)), rel=3e-3)


@pytest.mark.parametrize("mean", [0.01, 0.7, 5, 11.9, 12.1, 40, 3000])
def test_the_poisson_sampler_is_within_a_thousandth_of_the_exact_distribution(mean):
    levels = (np.arange(65_536) + 0.5) / 65_536
    found = quantiles(draws.poisson_lanes, (mean,), levels)
    low, high = int(found.min()), int(found.max())
    counts = np.bincount((found - low).astype(int)) / found.size
    exactly = stats.poisson.pmf(np.arange(low, high + 1), mean)
    assert 0.5 * np.abs(counts - exactly).sum() < 1e-3 + (high - low + 1) / 65_536


def test_a_rare_event_keeps_its_probability():
    """An event of 1e-7 a draw must not be lost to rounding of the uniform."""
    levels = np.array([1e-8, 5e-8, 9.9e-8, 1.01e-7, 1e-6, 0.5] + [0.9] * (LANES - 6))
    assert quantiles(draws.binomial_lanes, (1, 1e-7), levels)[:6].tolist() == [1, 1, 1, 0, 0, 0]


def test_nothing_comes_from_nothing_and_certainty_is_certain():
    levels = np.linspace(0.001, 0.999, LANES)
    assert quantiles(draws.binomial_lanes, (0, 0.4), levels).max() == 0
    assert quantiles(draws.binomial_lanes, (1000, 0.0), levels).max() == 0
    assert quantiles(draws.binomial_lanes, (1000, 1.0), levels).min() == 1000
    assert quantiles(draws.poisson_lanes, (0.0,), levels).max() == 0


@pytest.mark.parametrize(("n", "p"), [(30, 0.2), (400, 0.3)])
def test_a_slightly_larger_probability_never_gives_a_smaller_count(n, p):
    levels = (np.arange(8_192) + 0.5) / 8_192
    less, more = (quantiles(draws.binomial_lanes, (n, q), levels) for q in (p, p * 1.001))
    assert (more >= less).all()
    assert (more - less).mean() == pytest.approx(n * p * 0.001, rel=0.15)  # no more changes than the means differ


@pytest.mark.parametrize(("n", "p"), [(8, 0.3), (300, 0.01), (300, 0.4), (5000, 0.97)])
def test_the_exact_binomial_is_binomial(n, p):
    sample = np.array(
        [exact.binomial_exact(n, p, 9, step, 0, member, 5, 6) for step in range(40) for member in range(500)]
    )
    assert chi_square(sample, lambda k: stats.binom.pmf(k, n, p)) > 1e-4


@pytest.mark.parametrize("mean", [0.4, 8, 25, 900])
def test_the_exact_poisson_is_poisson(mean):
    sample = np.array(
        [exact.poisson_exact(mean, 9, step, 0, member, 5, 6) for step in range(40) for member in range(500)]
    )
    assert chi_square(sample, lambda k: stats.poisson.pmf(k, mean)) > 1e-4


def chi_square(sample, pmf):
    """p-value of counts against a distribution, classes below five expected merged."""
    low, high = int(sample.min()), int(sample.max())
    expected = pmf(np.arange(low, high + 1)) * sample.size
    observed = np.bincount((sample - low).astype(int), minlength=high - low + 1)
    keep = expected >= 5
    observed = np.append(observed[keep], observed[~keep].sum())
    expected = np.append(expected[keep], sample.size - expected[keep].sum())
    if expected[-1] < 1:
        observed, expected = observed[:-1], expected[:-1]
        observed = observed * (expected.sum() / observed.sum())
    return stats.chisquare(observed, expected * observed.sum() / expected.sum()).pvalue


def test_normals_are_normal():
    words, held, work = buffers()
    members = np.arange(LANES, dtype=np.uint32)
    out = np.zeros(LANES, dtype=np.float32)
    sample = []
    for step in range(200):
        draws.normal_lanes(out, 0, words, held, 0, 3, step, 0, members, 1, 2, work, LANES)
        sample.append(out.copy())
    assert stats.kstest(np.concatenate(sample), "norm").pvalue > 1e-3


def test_no_event_is_possible_where_the_uniform_is_above_the_mean():
    """The samplers skip such lanes: the probability of any event, as the kernel computes it, stays below the bound."""
    chances = np.concatenate([np.logspace(-12, -0.31, 60), np.linspace(0.4, 0.5, 20)]).astype(np.float32)
    sizes = np.unique(np.logspace(0, 7, 80).astype(np.int64)).astype(np.float32)
    most = 0.0
    for size in sizes:
        for q in chances:
            mean = np.float32(size * q)
            if 0.0 < mean <= draws.INVERSION_LIMIT:
                log_none = np.float32(size * log1p_lane(np.float32(-q)))
                most = max(most, float(draws.above_zero(exp_lane(log_none), log_none)) / float(mean))
                most = max(most, float(draws.above_zero(exp_lane(-mean), -mean)) / float(mean))
    assert 0.99 < most < 1.0 + 0.01 * (float(draws._BOUND) - 1.0)


@pytest.mark.parametrize("kind", ["binomial", "poisson"])
def test_a_lane_draws_the_same_whatever_lies_beside_it(kind):
    """Lanes are sorted and packed by what they need: the neighbours' needs must not enter."""
    generator = np.random.default_rng(7)
    size = generator.choice([0, 1, 3, 40, 400, 90_000], LANES).astype(np.float32)
    chance = generator.choice([0.0, 1e-7, 0.002, 0.03, 0.5, 0.9, 1.0], LANES).astype(np.float32)
    sampler = draws.binomial_lanes if kind == "binomial" else draws.poisson_lanes
    members = np.arange(LANES, dtype=np.uint32)

    def draw(n, p):  # type: ignore[no-untyped-def]
        words, held, work = buffers()
        out = np.full(LANES, -1.0, dtype=np.float32)
        given = (n, 0, p, 0) if kind == "binomial" else ((n * p).astype(np.float32), 0)
        sampler(*given, out, 0, words, held, 0, 5, 11, 2, members, 1, 2, work, LANES)
        return out

    together = draw(size, chance)
    for lane in range(0, LANES, 3):
        alone = draw(np.full(LANES, size[lane]), np.full(LANES, chance[lane]))
        assert alone[lane] == together[lane]
    certain = (size == 0) | (chance == 0.0)
    assert (together[certain] == 0).all() and (together >= 0).all()
    if kind == "binomial":
        assert (together <= size).all() and (together[chance == 1.0] == size[chance == 1.0]).all()


def test_the_vectors_of_the_kernel_pack_and_unpack_and_leave_the_rest():
    generator = np.random.default_rng(3)
    value, choice = generator.normal(size=16).astype(np.float32), generator.integers(0, 3, 16).astype(np.float32)
    packed, back = np.zeros(16, dtype=np.float32), np.full(16, 9.0, dtype=np.float32)
    taken = _packed(packed, value, choice, np.float32(2.0))
    assert taken == (choice == 2).sum() and (packed[:taken] == value[choice == 2]).all()
    assert _unpacked(back, packed, choice, np.float32(2.0)) == taken
    assert (back == np.where(choice == 2, value, 9.0)).all()


@njit
def _packed(target, source, choice, wanted):  # type: ignore[no-untyped-def]
    return pack(target, 0, source, 0, choice, 0, wanted)


@njit
def _unpacked(target, source, choice, wanted):  # type: ignore[no-untyped-def]
    return unpack(target, 0, source, 0, choice, 0, wanted)
