"""The wide kernel gives the same bits on every instruction set, and draws what the samplers of the lanes say."""

import struct

import numpy as np
import pytest
import wide_programs as tiny

from forbear.ensemble.design import draw_priors
from forbear.ensemble.engine import Engine
from forbear.errors import RunError
from forbear.kernel import draws, exact
from forbear.kernel.cache import CacheWarning
from forbear.kernel.language import site_number
from forbear.kernel.wide.machine import INSTRUCTIONS, compiled, target_of
from forbear.kernel.wide.weave import CompiledKernel, plans_of, text_for, woven_rules
from forbear.scenario import Scenario

# ruff: noqa: F821

NATIVE = [name for name in INSTRUCTIONS if target_of(name).native]


def everything(now, given, lever, fact):
    for d in fact.districts:
        x = now.pool[d] - 30.0
        now.flow[d] = exp(x * 0.3) + log(now.pool[d] + given.rate) + power(now.pool[d], given.rate) + logistic(x)
        now.flow[d] = now.flow[d] / (1.0 + larger(x, smaller(given.rate, clip(x, -2.0, 2.0))) * x)
        z = normal("z")
        u = uniform("u")
        now.pool[d] = whole(now.pool[d] * (1.0 + 0.01 * z) + u + probability(x)) if x > -20.0 or not u < 0.5 else 3.0
        now.bill += cents(now.flow[d] * 1000.0)
        for g in fact.communities:
            now.moved[d, g] = binomial("few or many", now.stock[d, g] * now.pool[d], given.rate * u)
            now.stock[d, g] = poisson(
                "events", 1.0 + now.moved[d, g] * given.rate * total(now.share[h] for h in fact.communities) * 0.01
            )


def with_uniforms(now, given, lever, fact):
    for d in fact.districts:
        for g in fact.communities:
            now.moved[d, g] = uniform("u")


def with_binomials(now, given, lever, fact):
    for d in fact.districts:
        for g in fact.communities:
            now.moved[d, g] = binomial("x", now.stock[d, g], now.moved[d, g])


def with_poissons(now, given, lever, fact):
    for d in fact.districts:
        for g in fact.communities:
            now.moved[d, g] = poisson("x", now.stock[d, g])


def with_normals(now, given, lever, fact):
    for d in fact.districts:
        for g in fact.communities:
            now.moved[d, g] = normal("x")


def address_of(row):
    """The index of a draw's address: districts count fastest, though they are the outer loop."""
    district, community = divmod(row, tiny.COMMUNITIES)
    return community * tiny.DISTRICTS + district


def same(a, b):
    return all(np.array_equal(x.view(np.uint8), y.view(np.uint8)) for x, y in zip(a, b, strict=True))


@pytest.mark.parametrize("name", NATIVE)
def test_every_function_and_draw_gives_the_same_bits_on_every_instruction_set(name):
    assert same(tiny.run(everything, weeks=8), tiny.run(everything, weeks=8, target=target_of(name)))


def test_members_do_not_notice_how_many_run_beside_them():
    many, few = tiny.run(everything, members=128), tiny.run(everything, members=3)
    assert same([array[:, :3].copy() for array in many], few)


@pytest.mark.parametrize("name", NATIVE)
def test_a_country_gives_the_same_bits_on_every_instruction_set(name):
    problem = Scenario.load("meadow").problem()
    members = np.arange(20, dtype=np.uint32)
    parameters = draw_priors(problem, members, 3)
    engine = Engine(problem, weekly=("deaths", "cost_budget"), monthly=("control",))
    known = engine.run(parameters, members, 4)
    module = CompiledKernel(engine.program, target_of(name))
    engine.module = lambda: module
    found = engine.run(parameters, members, 4)
    assert same([*known.weekly.values(), *known.monthly.values()], [*found.weekly.values(), *found.monthly.values()])


def test_the_kernel_compiles_for_arm_and_nothing_is_fused_there():
    program = tiny.program_of(everything)
    target = target_of("neon")
    text = text_for(woven_rules(program, plans_of(program)), target)
    made = compiled(text, target)
    assert made[:4] == b"\x7fELF" and struct.unpack("<H", made[18:20])[0] == 183
    assembly = compiled(text, target, as_text=True).decode()
    assert "fmul" in assembly and not any(fused in assembly for fused in ("fmla", "fmls", "fmadd", "fmsub", "fnmadd"))


def test_uniforms_are_the_words_of_their_addresses():
    weeks, site, place = 2, site_number("room", "with_uniforms", "u"), {}
    tiny.run(with_uniforms, weeks=weeks, members=20, begin=place.update)
    for row in range(15):
        index = address_of(row)
        for member in (0, 7, 19):
            wanted = exact.uniform_at(0, site, weeks - 1, index, member, np.uint32(7), np.uint32(9))
            assert place["now_moved"][row, member] == pytest.approx(wanted, abs=2e-7)


SIZES = np.array([0.0, 1.0, 3.0, 20.0, 400.0, 9_000.0, 2_000_000.0])
CHANCES = np.array([-0.1, 0.0, 1e-7, 0.004, 0.03, 0.3, 0.5, 0.7, 0.999, 1.0, 1.4])


@pytest.mark.parametrize("rule", [with_binomials, with_poissons, with_normals], ids=lambda rule: rule.__name__)
def test_draws_for_many_rows_are_bit_for_bit_those_of_the_reference_samplers(rule):
    kind = rule.__name__.removeprefix("with_")[:-1]
    random = np.random.default_rng(11)
    sizes = random.choice(SIZES, (15, draws.LANES)).astype(np.float32)
    chances = random.choice(CHANCES, (15, draws.LANES)).astype(np.float32)
    sizes[3], sizes[7, :40] = 0.0, 0.0  # nobody draws in a row, and in some vectors of another
    place = {}

    def begin(rows):
        rows["now_stock"][:], rows["now_moved"][:] = sizes, chances
        place["moved"] = rows["now_moved"]

    tiny.run(rule, weeks=1, members=draws.LANES, begin=begin)
    site, members = site_number("room", rule.__name__, "x"), np.arange(draws.LANES, dtype=np.uint32)
    work = np.zeros(draws.WORK_ROWS * draws.LANES, dtype=np.float32)
    for row in range(15):
        words, held = np.zeros(8 * draws.LANES, dtype=np.uint32), np.full(2, -1, dtype=np.int64)
        given = {"binomial": (sizes[row], 0, chances[row], 0), "poisson": (sizes[row], 0), "normal": ()}[kind]
        wanted = np.zeros(draws.LANES, dtype=np.float32)
        sampler = getattr(draws, f"{kind}_lanes")
        sampler(
            *given,
            wanted,
            0,
            words,
            held,
            0,
            site,
            0,
            address_of(row),
            members,
            np.uint32(7),
            np.uint32(9),
            work,
            draws.LANES,
        )
        assert np.array_equal(place["moved"][row].view(np.uint32), wanted.view(np.uint32))


def test_an_unknown_instruction_set_is_refused(monkeypatch):
    monkeypatch.setenv("FORBEAR_INSTRUCTIONS", "avx3")
    with pytest.raises(RunError) as caught:
        target_of()
    assert caught.value.code == "E446" and "avx2" in str(caught.value)


@pytest.mark.parametrize("damage", ["flip", "cut", "unsealed"])
def test_machine_code_that_is_not_as_it_was_sealed_is_made_anew(damage, tmp_path, monkeypatch):
    monkeypatch.setenv("FORBEAR_CACHE", str(tmp_path))
    program = tiny.program_of(with_uniforms)
    module = CompiledKernel(program)
    assert not module.is_compiled() and module.damage() is None
    module._compile()
    assert module.is_compiled() and module.damage() is None
    path = tmp_path / "kernels" / f"{module.name}.o"
    whole = path.read_bytes()
    if damage == "flip":
        path.write_bytes(whole[:200] + bytes([whole[200] ^ 1]) + whole[201:])
    elif damage == "cut":
        path.write_bytes(whole[:100])
    else:
        path.with_suffix(".seal.json").unlink()
    again = CompiledKernel(program)
    if damage == "unsealed":  # somebody was stopped midway: nothing to report
        again._compile()
    else:
        with pytest.warns(CacheWarning, match="compiling anew"):
            again._compile()
    assert path.read_bytes() == whole and again.damage() is None
