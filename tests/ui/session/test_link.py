"""A run in a link: whoever opens it gets the same weights; whoever forges it gets a sentence."""

import base64
import dataclasses
import json
import zlib

import numpy as np
import pytest

import dataset
from netcore import Recipe, RecipeError
from netcore.recipe import canonical, dense_layers
from tests.ui.screen import press
from ui.jobs import launch
from ui.jobs.limits import Limits
from ui.jobs.pool import Pool
from ui.jobs.run import id_of, of_job
from ui.parts.blueprint import Blueprint
from ui.session import datasets, link, shared
from ui.train import offered, reopen

QUICK = Recipe(
    name="quick", layers=dense_layers([16], dropout=0.1), optimizer="momentum", lr=0.05,
    train_images=600, epochs=2, eval_every=4, augment={"shift": 1.5}, seed=3,
)  # fmt: skip


def token_of(value) -> str:
    """A link's parameter as a stranger might make it."""
    packed = zlib.compress(json.dumps(value).encode())
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


@pytest.fixture
def open_link(visit):
    return lambda token: visit("train", run=token)


def labels(at):
    return [button.label for button in at.button]


def steered_run():
    """A run through a job, whose learning rate and dropout were moved, and which was stopped."""
    job = launch.job(QUICK, dataset.load("mnist"), Pool(Limits(slots=1)))
    job.run(4)
    job.join(20)
    job.change(lr=0.02, dropout=0.3)
    job.run(3)
    job.join(20)
    job.stop()
    job.join(20)
    return job


def test_a_link_holds_recipe_and_changes_and_little_else():
    changes = [[4, {"lr": 0.02, "dropout": 0.3}], [9, {"batch_size": 32}]]
    for recipe in (QUICK, *shared.recipes().values()):
        token = link.pack(recipe, [] if recipe.dropout is None else changes)
        assert len(token) < 700 and set(token) <= set(
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
        )
        again, replayed = link.unpack(token)
        assert again == recipe.replace(comment="")
        assert replayed == ([] if recipe.dropout is None else changes)


def test_whoever_opens_the_link_and_starts_gets_the_same_weights_to_the_bit(open_link):
    first = steered_run()
    run = of_job(first)
    assert run.changes == [[4, {"lr": 0.02, "dropout": 0.3}], [7, {"steps": 7}]]
    at = open_link(link.pack(run.recipe, run.changes))
    assert any("Shared run: quick" in heading.value for heading in at.subheader)
    assert any(
        "learning rate 0.02 at step 4" in text.value.replace("\\", "") for text in at.markdown
    )
    press(at, "Start")
    job = at.session_state["_job"]
    job.join(60)
    at.run()
    assert job.view().status == "finished" and job.view().last.step == 7
    assert np.array_equal(job.model().theta, first.model().theta)
    assert job.view().scores["test_accuracy"] == first.view().scores["test_accuracy"]
    knob = at.select_slider(key=f"_lr {job.id} {job.settings_version}")
    assert knob.value == 0.02, "the knob has moved along"
    assert any("Test score" in heading.value for heading in at.subheader)


def offer(at, content, name="run.json"):
    """Open a file with this content on Train."""
    at.session_state[offered.FILE.box_key] = True
    box = next(box for box in at.run().file_uploader if "A run" in box.label)
    box.upload(name, content, "application/json").run()
    assert not at.exception
    return at


@pytest.mark.parametrize("made", ["run", "model"])
def test_a_run_from_a_file_gives_the_same_weights_to_the_bit(open_link, made):
    first = steered_run()
    content = (of_job(first) if made == "run" else first.model()).dumps()
    at = offer(open_link(""), content.encode())
    assert any("Shared run: quick" in heading.value for heading in at.subheader)
    press(at, "Start")
    job = at.session_state["_job"]
    job.join(60)
    at.run()
    assert np.array_equal(job.model().theta, first.model().theta)
    assert not any("Shared run" in heading.value for heading in at.subheader)


def test_a_run_from_a_file_may_be_left_or_changed_first(open_link):
    at = offer(open_link(""), json.dumps(QUICK.replace(lr=0.02).to_json()).encode())
    press(at, "Cancel")
    assert "Step" in labels(at), "the form is there again"
    at = offer(open_link(""), json.dumps(QUICK.replace(lr=0.02).to_json()).encode())
    press(at, "Change it first")
    assert at.select_slider(key="lr").value == 0.02


@pytest.mark.parametrize(
    ("content", "refusal"),
    [(b"{", "not valid JSON"), (b"[1]", "This file cannot be run"),
     (b'{"lr": -1}', "lr"), (b'{"recipe": {"dataset": "mine"}, "changes": []}', "not open here")],
)  # fmt: skip
def test_a_file_that_cannot_be_run_is_refused_with_a_sentence(open_link, content, refusal):
    at = offer(open_link(""), content)
    assert any(refusal in error.value for error in at.error)
    assert "Step" in labels(at), "the form is still there"


def test_a_run_that_was_put_away_is_replayed_as_far_as_it_went(open_link):
    first = launch.job(QUICK, dataset.load("mnist"), Pool(Limits(slots=1)))
    first.run(5)
    first.join(20)
    run = of_job(first)
    at = press(open_link(link.pack(run.recipe, run.changes)), "Start")
    job = at.session_state["_job"]
    job.join(60)
    assert np.array_equal(job.model().theta, run.model.theta)


def test_the_visitors_own_run_is_put_away_and_kept(open_link):
    at = open_link(link.pack(QUICK, []))
    press(at, "Cancel")
    assert "Step" in labels(at), "the form is there again"
    press(at, "Step")
    at.session_state["_job"].join(20)
    own = id_of(at.session_state["_job"])
    at.query_params["run"] = link.pack(QUICK, [])
    at.run()
    assert any("closed when this one starts" in info.value for info in at.info)
    press(at, "Start")
    assert id_of(at.session_state["_job"]) != own
    assert own in at.session_state["_runs"]
    at.session_state["_job"].join(60)
    press(at, "Reset")
    assert len(at.session_state["_runs"]) == 2


CONVOLUTIONAL = QUICK.replace(
    layers=Blueprint(2, 8, 3, (64, 32), "Tanh", "glorot", 0.2).layers(), optimizer="adamw",
    weight_decay=0.01, averaging=0.99, clip_norm=1.0, patience=3, steps=40, warmup=0.1,
    schedule="cosine", label_smoothing=0.1, batch_size=64,
)  # fmt: skip


@pytest.mark.parametrize("recipe", [QUICK, CONVOLUTIONAL], ids=["dense", "convolutional"])
def test_a_shared_run_can_be_changed_before_it_starts(open_link, recipe):
    at = press(open_link(link.pack(recipe, [[1, {"lr": 0.2}]])), "Change it first")
    assert "run" not in at.query_params
    at.select_slider(key="lr").set_value(0.02).run()
    press(at, "Step")
    assert at.session_state["_job"].recipe == recipe.replace(
        lr=0.02, name="my fast", eval_every=at.session_state["_job"].recipe.eval_every,
        comment=shared.recipes()["fast"].comment, epochs=recipe.epochs,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["fast", "seed", "dense", "lenet", "best"])
def test_the_shipped_recipes_can_be_reached_by_the_form(name):
    assert reopen.base_of(shared.recipes()[name]) == name


@pytest.mark.parametrize(
    "changes", [{"lr": 0.0123}, {"seed": 99_999}, {"eps": 1e-5}, {"momentum": 0.995}]
)
def test_what_the_form_has_no_knob_for_is_run_as_it_is(changes):
    assert reopen.base_of(QUICK.replace(**changes)) is None


BOMB = base64.urlsafe_b64encode(zlib.compress(b" " * 50_000_000, 9)).decode()[:8000]
PLAIN = QUICK.to_json()


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("", "damaged"),
        ("%%%", "damaged"),
        ("AAAA", "damaged"),
        ("A" * 9000, "too long"),
        (link.pack(QUICK, [])[:-9], "cut off"),
        (BOMB, "contains too much"),
        (token_of([1, 2]), "a recipe is a JSON object"),
        (token_of({"recipe": {"self": 1}}), "unknown setting 'self'"),
        (token_of({"recipe": {**PLAIN, "lr": float("nan")}}), "lr is nan"),
        (token_of({"recipe": {**PLAIN, "lr": "1e9"}}), "lr is '1e9'"),
        (token_of({"recipe": {**PLAIN, "layers": [{}] * 5}}), "layer 1"),
        (token_of({"recipe": {**PLAIN, "layers": ["ReLU"] * 200}}), "more than 100 layers"),
        (token_of({"recipe": {**PLAIN, "layers": dense_layers([9_000_000])}}), "parameters"),
        (token_of({"recipe": {**PLAIN, "layers": dense_layers([5], classes=3)}}), "at least 10"),
        (token_of({"recipe": {**PLAIN, "dataset": "/etc/passwd"}}), "not open here"),
        (token_of({"recipe": {**PLAIN, "augment": {"wings": 1}}}), "unknown augmentation"),
        (token_of({"recipe": {**PLAIN, "augment": {"shift": 1e300}}}), "shift"),
        (token_of({"recipe": PLAIN, "changes": "all"}), "changes must be a list"),
        (token_of({"recipe": PLAIN, "changes": [[1, {"seed": 2}]]}), "cannot be changed"),
        (token_of({"recipe": PLAIN, "changes": [[1, {"lr": -5}]]}), "lr is -5"),
        (token_of({"recipe": PLAIN, "changes": [[9, {}], [3, {}]]}), "not in the order"),
        (token_of({"recipe": PLAIN, "changes": [[1, {}]] * 1001}), "more than 1,000 changes"),
    ],
)
def test_a_forged_link_is_refused_in_a_sentence(token, words):
    with pytest.raises(RecipeError, match=words):
        link.unpack(token)


def test_a_broken_link_says_so_and_leaves_the_form(open_link):
    at = open_link(link.pack(QUICK, [])[:-9])
    assert "The shared run cannot be opened: the link is damaged or cut off" in at.error[0].value
    assert "Start" in labels(at) and "Cancel" not in labels(at)


@pytest.mark.parametrize(
    "changes",
    [{"lr": 1.0, "averaging": 0.0, "weight_decay": 0.0}, {"optimizer": "sgd", "schedule": "step"},
     {"lr": 1e-05, "optimizer": "rmsprop", "momentum": 0.0, "epochs": 3.0, "clip_norm": 1.0}],
)  # fmt: skip
def test_a_link_to_the_form_sets_every_widget(visit, changes):
    recipe = shared.recipes()["dense"].replace(**changes)
    at = press(visit("train", **link.form_link("dense", recipe)), "Step")
    made = at.session_state["_job"].recipe
    assert canonical(made.layers) == canonical(recipe.layers)
    same = {"name": made.name, "layers": made.layers, "eval_every": made.eval_every}
    assert made == recipe.replace(**same)


@pytest.mark.parametrize("cut", [None, -9], ids=["whole", "damaged"])
def test_a_link_is_unpacked_once_and_again_for_another_link(open_link, monkeypatch, cut):
    unpacked, unpack = [], link.unpack
    monkeypatch.setattr(link, "unpack", lambda token: unpacked.append(token) or unpack(token))
    first, second = (link.pack(QUICK.replace(seed=seed), [])[:cut] for seed in (1, 2))
    at = open_link(first)
    shown = [text.value for text in (*at.subheader, *at.error)]
    at.run().run()
    assert unpacked == [first]
    assert shown == [text.value for text in (*at.subheader, *at.error)] != []
    at.query_params["run"] = second
    at.run()
    assert unpacked == [first, second]


def test_a_refused_link_is_tried_again_when_another_dataset_is_open(open_link, monkeypatch):
    at = open_link(link.pack(QUICK.replace(dataset="mine"), []))
    assert "not open here" in at.error[0].value
    mine = dataclasses.replace(dataset.load("mnist"), name="mine")
    at.session_state[datasets.UPLOAD.name] = mine
    at.run()
    assert not at.error and "Shared run: quick" in at.subheader[0].value


def test_a_strangers_name_cannot_draw_on_the_page(open_link):
    at = open_link(link.pack(QUICK.replace(name="![x](https://a.b/c)"), []))
    assert at.subheader[0].value == r"Shared run: \!\[x\]\(https\:\/\/a.b\/c\)"
