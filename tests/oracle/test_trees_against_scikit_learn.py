"""CART against scikit-learn: the same tree is grown, the same links are cut, the same leaves are left.

Draws are many, so that no two thresholds are exactly as good: of such scikit-learn takes one by chance.
"""

import numpy as np
import pytest

from forbear.discovery import trees
from forbear.discovery.trees import cart

tree = pytest.importorskip("sklearn.tree")

CASES = [(seed, draws, features) for seed, (draws, features) in enumerate([(900, 3), (1200, 8), (1500, 12), (2500, 5)])]


def cloud(seed: int, draws: int, features: int) -> tuple[np.ndarray, np.ndarray]:
    """A band in the first two quantiles, some labels turned round. Values exact in single precision, as scikit-learn holds them."""
    generator = np.random.default_rng(seed)
    points = generator.integers(0, 2**20, size=(draws, features)) / 2**20
    interest = (points[:, 0] + 0.5 * points[:, 1] > 0.8) & (points[:, 2] < 0.7)
    return points, interest ^ (generator.random(draws) < 0.08)


def outside(points, interest, depth, least, pruning):
    return tree.DecisionTreeClassifier(
        max_depth=depth, min_samples_leaf=least, class_weight="balanced", ccp_alpha=pruning, random_state=0
    ).fit(points, interest)


@pytest.mark.parametrize(("seed", "draws", "features"), CASES)
@pytest.mark.parametrize("depth", [1, 2, 4])
def test_the_same_tree_is_grown_and_the_same_links_are_cut(seed, draws, features, depth):
    points, interest = cloud(seed, draws, features)
    least = max(1, draws // 20)
    root = trees._grown(points, interest, depth, least)
    whole = outside(points, interest, depth, least, 0.0)
    path = whole.cost_complexity_pruning_path(points, interest)
    ours = np.array([strength for strength, _ in trees._prunings(root)])
    assert ours == pytest.approx(path.ccp_alphas, abs=1e-12)
    fresh = np.random.default_rng(99).random((2000, features))
    for pruning in np.r_[0.0, (ours[:-1] + ours[1:]) / 2]:
        theirs = outside(points, interest, depth, least, pruning)
        cut = trees._cut(root, pruning)
        assert np.array_equal(trees._called(root, cut, fresh), theirs.predict(fresh))
        assert trees._importance(root, cut, features) == pytest.approx(theirs.feature_importances_, abs=1e-12)


def test_leaves_have_the_merits_that_scikit_learn_counts():
    points, interest = cloud(2, 1500, 12)
    found = cart(points, interest, seed=1)
    matching = [
        theirs
        for pruning in np.linspace(0.0, 0.1, 400)
        if (theirs := outside(points, interest, 4, 75, pruning)).get_n_leaves() == len(found.leaves)
    ]
    assert matching and len(found.leaves) > 1
    places = matching[0].apply(points)
    expected = sorted((interest[places == place].mean(), (places == place).mean()) for place in np.unique(places))
    assert np.array(sorted((leaf.density, leaf.mass) for leaf in found.leaves)) == pytest.approx(np.array(expected))


def test_cross_validated_accuracy_is_that_of_scikit_learn_within_its_error():
    selection = pytest.importorskip("sklearn.model_selection")
    points, interest = cloud(2, 1500, 12)
    dealt = selection.StratifiedKFold(5, shuffle=True, random_state=3)
    model = tree.DecisionTreeClassifier(max_depth=4, min_samples_leaf=75, class_weight="balanced", random_state=0)
    theirs = selection.cross_val_score(model, points, interest, cv=dealt, scoring="balanced_accuracy")
    assert cart(points, interest, seed=3).accuracy == pytest.approx(theirs.mean(), abs=0.02)
