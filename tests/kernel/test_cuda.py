"""The GPU kernels give the lanes' bits: sampler by sampler here, whole weeks in numba's simulator of a GPU.

The simulator runs the woven text itself, thread by thread, and must be asked for before numba is loaded: hence a
process of its own. It shows that the equations, addresses and layout are right; that a real GPU rounds as the
processor does rests on the PTX holding no fused multiply-add (last test) and on `benchmarks/gpu.py`.
"""

import os
import subprocess
import sys
from dataclasses import replace
from importlib.machinery import ModuleSpec
from importlib.util import find_spec

import numpy as np
import pytest

from forbear.country.model import MODEL
from forbear.country.program import program
from forbear.ensemble.design import draw_priors
from forbear.ensemble.device_executor import OnDevice
from forbear.ensemble.engine import Engine
from forbear.ensemble.runner import simulate
from forbear.errors import RunError
from forbear.kernel import cuda_draws, draws

LANES = draws.LANES
WORK_ROWS = getattr(draws, "WORK_ROWS", 5)
STEPS, SEED = 6, 7
MONEY = [q.name for q in MODEL.quantities.values() if q.money]
OTHERS = [q.name for q in MODEL.quantities.values() if not q.money]
RECORDED = {"weekly": ["deaths", "fighters", *MONEY], "monthly": ["control", "deaths"], "last": OTHERS}
#: Two chunks, so that a chunk's place counts, and identities far apart.
MEMBERS = [np.array([0, 5], dtype=np.uint32), np.array([4_000_000_000], dtype=np.uint32)]


def weeks(problem, steps=STEPS):
    """The first weeks of a problem, with reactive rules of every kind that act within them."""
    rule = replace(problem.rules[0], window=2.0, threshold=-1.0, hold_weeks=2)
    kinds = [replace(rule, operation=o, value=v) for o, v in (("set", 0.4), ("add", 0.3), ("scale", 1.5))]
    return replace(
        problem,
        steps=steps,
        dates=problem.dates[:steps],
        months=problem.months[:steps],
        levers={name: values[:steps] for name, values in problem.levers.items()},
        rules=tuple(kinds),
    )


SIMULATED = """
import sys
try:
    from numba import cuda
    cuda.jit
except Exception:
    sys.exit(77)
import numpy as np
sys.path.insert(0, {folder!r})
import test_cuda as t
from forbear.ensemble.device_engine import DeviceEngine
from forbear.ensemble.runner import simulate
from forbear.scenario import Scenario

problem = t.weeks(Scenario.load("meadow").problem())
engine = DeviceEngine(problem, **t.RECORDED)
chunks = [(t.draw_priors(problem, members, 1), members) for members in t.MEMBERS]
out = {{}}
for number, block in enumerate(engine.run_chunks(chunks, t.SEED)):
    for part in ("weekly", "monthly", "last"):
        out |= {{f"{{number}} {{part}} {{name}}": value for name, value in getattr(block, part).items()}}
    out[f"{{number}} failed"] = block.failed
held = ("bank", "money", "memory", "left", "week_out", "week_money_out", "month_out", "given", "members")
out["bytes"] = np.array([len(chunks) * engine.bytes_per_chunk, sum(engine._arrays[name].nbytes for name in held)])
options = dict(members=t.MEMBERS[0], seed=t.SEED, device="cuda", weekly=("deaths", "cost_full"), monthly=("control",))
ensemble = simulate(problem, store={store!r}, **options)
out["read again"] = simulate(problem, store={store!r}, **options).data["deaths"].values
out |= {{name: ensemble.data[name].values for name in ("deaths", "cost_full", "monthly_control", "failed")}}
out["device"] = np.array([ensemble.manifest["device"], ensemble.manifest["device_name"]])
np.savez({file!r}, **out)
"""


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    """Results of the woven GPU kernels in numba's simulator: name -> array; and the store that `simulate` filled."""
    folder = tmp_path_factory.mktemp("gpu")
    code = SIMULATED.format(folder=os.path.dirname(__file__), store=str(folder / "store"), file=str(folder / "out.npz"))
    environment = {**os.environ, "NUMBA_ENABLE_CUDASIM": "1"}
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], env=environment, capture_output=True, text=True)
    if done.returncode == 77:
        pytest.skip("this numba brings no simulator of a GPU: install numba-cuda")
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(np.load(folder / "out.npz")), folder / "store"


def test_whole_weeks_on_the_gpu_are_the_lanes_to_the_bit(problem, simulated):
    """Every quantity of the country after six weeks, weekly money in cents, monthly sums and stocks."""
    found, _ = simulated
    short = weeks(problem)
    engine = Engine(short, **RECORDED)
    compared = 0
    for number, members in enumerate(MEMBERS):
        block = engine.run(draw_priors(short, members, 1), members, SEED)
        assert not block.failed.any() and not found[f"{number} failed"].any()
        for part in ("weekly", "monthly", "last"):
            for name, value in getattr(block, part).items():
                other = found[f"{number} {part} {name}"]
                assert other.shape == value.shape
                assert np.array_equal(value.astype(other.dtype), other), (part, name)
                compared += value.size
    assert compared > 3 * len(OTHERS)
    assert block.weekly["fighters"][0, 0] != block.weekly["fighters"][0, -1]  # something happened


def test_an_ensemble_from_the_gpu_is_the_processors_and_says_where_it_ran(problem, simulated):
    found, _ = simulated
    by_processor = simulate(
        weeks(problem), members=MEMBERS[0], seed=SEED, weekly=("deaths", "cost_full"), monthly=("control",)
    )
    for name in ("deaths", "cost_full", "monthly_control", "failed"):
        assert np.array_equal(found[name], by_processor.data[name].values), name
    assert np.array_equal(found["read again"], by_processor.data["deaths"].values)
    assert found["device"].tolist() == ["cuda", "numba's simulator of a GPU"]
    assert by_processor.manifest["device"] == "cpu"


def test_the_memory_that_a_chunk_takes_is_counted_to_the_byte(simulated):
    counted, held = simulated[0]["bytes"]
    assert counted == held


def test_chunks_go_to_the_gpu_as_many_at_once_as_it_holds():

    class Gpu:
        launches: list[list[int]] = []

        def chunks_at_once(self):
            return 3

        def run_chunks(self, chunks, seed):
            self.launches.append([int(members[0]) for _, members in chunks])
            return iter([f"block {values} {members[0]} {seed}" for values, members in chunks])

    class Store:
        def has(self, number):
            return number in (1, 5)

    class Done:
        again = ()

        def __init__(self, kept):
            self.kept = kept

    class Job:
        seed, blocks_in_a_chunk, store = 5, 1, Store()

        def kept(self, number, *given):
            return Done(self.store.has(number))

        def engine(self):
            return Gpu()

        def values_of(self, members, given):
            return f"values {members[0] // 10}"

        def blocks_of(self, members, values):
            return [(values, members)]

        def finish(self, number, given, values, blocks, again):
            return number, *blocks

    pieces = [(number, (np.array([10 * number]), None)) for number in range(9)]
    found = dict(OnDevice(2).each(Job(), pieces))
    assert Gpu.launches == [[0, 20], [30, 40], [60, 70, 80]]
    assert sorted(found) == list(range(9))
    assert found[6] == (6, "block values 6 60 5") and found[5].kept and found[1].kept


def test_a_store_begun_on_a_gpu_is_not_continued_on_the_processor(problem, simulated):
    _, store = simulated
    with pytest.raises(RunError, match="device") as caught:
        simulate(
            weeks(problem), members=MEMBERS[0], seed=SEED, weekly=("deaths", "cost_full"), monthly=("control",), store=store
        )  # fmt: skip
    assert caught.value.code == "E404"


def test_a_store_from_before_devices_were_recorded_is_the_processors(problem, tmp_path):
    import json

    options = {"members": 3, "seed": SEED, "weekly": ("deaths",), "monthly": (), "store": tmp_path / "old"}
    first = simulate(weeks(problem), **options)
    path = tmp_path / "old" / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    del manifest["device"], manifest["device_name"]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    again = simulate(weeks(problem), **options)
    assert np.array_equal(again.data["deaths"].values, first.data["deaths"].values)


def test_a_thread_reads_the_lanes_number_at_every_address():
    words, held = np.zeros(8 * LANES, dtype=np.uint32), np.full(2, -1, dtype=np.int64)
    members = np.arange(77, 77 + LANES, dtype=np.uint32)
    for index in (0, 1, 2, 3, 4, 1_001):
        row = draws.word_row(words, held, 0, 123_456_789, 50, index, members, 3, 4_294_967_295, LANES)
        by_thread = [
            cuda_draws.word_of(123_456_789, 50, index, m, np.uint32(3), np.uint32(4_294_967_295)) for m in members
        ]
        assert np.array_equal(words[row : row + LANES], np.array(by_thread, dtype=np.uint32))


def by_lanes(kind, rows, words):
    held, work = np.zeros(2, dtype=np.int64), np.zeros(WORK_ROWS * LANES, dtype=np.float32)
    many = np.zeros(8 * LANES, dtype=np.uint32)
    many[:LANES] = words
    out = np.zeros(LANES, dtype=np.float32)
    given = [x for row in rows for x in (row, 0)]
    kind(*given, out, 0, many, held, 0, 1, 0, 0, np.arange(LANES, dtype=np.uint32), 1, 2, work, LANES)
    return out


@pytest.fixture
def words():
    """Random words with the ends among them."""
    found = np.random.default_rng(3).integers(0, 2**32, (300, LANES), dtype=np.uint32)
    found[:, :4] = [0, 1, 2**32 - 1, 2**31]
    return found


def test_a_thread_draws_the_lanes_binomials(words):
    generator = np.random.default_rng(4)
    seen = set()
    for row in words:
        sizes = np.floor(10.0 ** generator.uniform(-0.5, 6.5, LANES)).astype(np.float32)
        chances = (10.0 ** generator.uniform(-7, 0.1, LANES)).astype(np.float32)
        chances[::7] = 1 - chances[::7]
        chances[::31] = 0.0
        lanes = by_lanes(draws.binomial_lanes, (sizes, chances), row)
        for n, p, word, expected in zip(sizes, chances, row, lanes, strict=True):
            if n * p > 0 and p < 1:
                assert cuda_draws.binomial_of_word(n, p, word) == expected, (n, p, word)
                seen.add(("small" if min(p, 1 - p) * n <= 12 else "large", p > 0.5))
    assert len(seen) == 4  # inversion and expansion, each also from the other side


def test_a_thread_draws_the_lanes_poisson_numbers_normals_and_uniforms(words):
    means = (10.0 ** np.linspace(-6, 5, LANES)).astype(np.float32)
    for row in words[:60]:
        lanes = by_lanes(draws.poisson_lanes, (means,), row)
        assert [cuda_draws.poisson_of_word(m, w) for m, w in zip(means, row, strict=True)] == lanes.tolist()
    site, step, index, keys = 5, 9, 2, (np.uint32(1), np.uint32(2))
    for kind in ("normal", "uniform"):
        out, held = np.zeros(LANES, dtype=np.float32), np.full(2, -1, dtype=np.int64)
        members = np.arange(LANES, dtype=np.uint32)
        buffers = (np.zeros(8 * LANES, dtype=np.uint32), held, 0, site, step, index, members, *keys)
        getattr(draws, f"{kind}_lanes")(out, 0, *buffers, np.zeros(WORK_ROWS * LANES, dtype=np.float32), LANES)
        one = getattr(cuda_draws, f"{kind}_of")
        assert [one(site, step, index, m, *keys) for m in members] == out.tolist()


def test_what_is_certain_needs_no_number():
    keys = (1, 0, 0, np.uint32(3), np.uint32(0), np.uint32(0))
    one = np.float32
    assert cuda_draws.binomial_of(one(9), one(0), *keys) == 0
    assert cuda_draws.binomial_of(one(9), one(1), *keys) == 9
    assert cuda_draws.binomial_of(one(0), one(0.4), *keys) == 0
    assert cuda_draws.poisson_of(one(0), *keys) == 0


def test_a_gpu_that_is_not_there_is_refused_with_what_is_missing(problem, monkeypatch):
    monkeypatch.setattr("forbear.kernel.cuda_compile.missing", lambda: "no NVIDIA GPU or driver was found")
    with pytest.raises(RunError, match="no NVIDIA GPU") as caught:
        simulate(problem, members=2, device="cuda")
    assert caught.value.code == "E409"


def test_numba_cuda_that_is_not_installed_is_named(monkeypatch):
    from forbear.kernel import cuda_compile

    def answer(found):
        """Of numba-cuda alone: other packages, its redirector among them, look for theirs by the same function."""
        monkeypatch.setattr(
            "importlib.util.find_spec",
            lambda name, package=None: found if name == "numba_cuda" else find_spec(name, package),
        )

    answer(None)
    monkeypatch.setattr(cuda_compile, "simulated", lambda: False)
    assert "numba-cuda is not installed" in cuda_compile.missing()
    answer(find_spec("numba_cuda") or ModuleSpec("numba_cuda", None))

    def broken(name):
        raise AttributeError("module 'numpy' has no attribute 'row_stack'")

    monkeypatch.setattr("importlib.import_module", broken)
    assert "does not work with NumPy" in cuda_compile.missing() and "row_stack" in cuda_compile.missing()


def test_an_unknown_device_and_the_exact_kernel_on_a_gpu_are_refused(problem):
    with pytest.raises(RunError, match="auto, cpu, cuda") as caught:
        simulate(problem, members=2, device="gpu")
    assert caught.value.code == "E410"
    with pytest.raises(RunError, match="exact kernel") as caught:
        simulate(problem, members=2, device="cuda", kernel="exact")
    assert caught.value.code == "E409"


def test_auto_takes_a_gpu_for_a_large_ensemble_only(monkeypatch):
    from forbear.ensemble import device

    monkeypatch.setattr(device, "_missing", lambda: None)
    monkeypatch.setattr(device, "gpu_name", lambda: "a GPU")
    assert device.choose("auto", kernel="lanes", members=100_000).kind == "cuda"
    few = device.choose("auto", kernel="lanes", members=100)
    assert few.kind == "cpu" and "fewer than" in str(few)
    assert device.choose("auto", kernel="exact", members=100_000).kind == "cpu"
    monkeypatch.setattr(device, "_missing", lambda: "no driver")
    assert "no driver" in str(device.choose("auto", kernel="lanes", members=100_000))


@pytest.mark.slow
@pytest.mark.skipif(find_spec("numba_cuda") is None, reason="numba-cuda[cu12] is not installed")
def test_every_kernel_compiles_to_ptx_without_a_fused_multiply_add():
    """NVIDIA's compiler needs no GPU. A control shows that it would fuse if it were let."""
    from forbear.kernel import cuda_compile

    texts = cuda_compile.ptx_of(program(), (8, 0))
    assert len(texts) == len(program().rules) + len(cuda_compile.STEPS)
    assert all(".visible .entry" in text for text in texts.values())
    assert sum(cuda_compile.fused(text) for text in texts.values()) == 0
    assert any("div.rn.f32" in text for text in texts.values())
    assert not any("approx" in text or ".ftz" in text for text in texts.values())
    assert cuda_compile.fused("\tfma.rn.f32 \t%f1, %f2, %f3, %f4;") == 1
