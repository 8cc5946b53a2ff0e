import inspect
import pickle

import pytest

from platelens import errors

CLASSES = [
    member
    for _, member in inspect.getmembers(errors, inspect.isclass)
    if issubclass(member, Exception)
]


@pytest.mark.parametrize("error", CLASSES, ids=lambda error: error.__name__)
def test_one_base_catches_every_error(error: type[Exception]) -> None:
    assert issubclass(error, errors.PlatelensError)


def test_unknown_model_lists_the_known_ones_sorted() -> None:
    error = errors.UnknownModelError("readr", known=["reader", "finder"])
    assert str(error) == "unknown model 'readr'; known: finder, reader"
    assert (error.name, error.known) == ("readr", ("reader", "finder"))


def test_unknown_model_comes_back_from_another_process() -> None:
    error = errors.UnknownModelError("readr", known=["reader", "finder"])
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.known) == (str(error), error.known)


def test_unknown_model_without_any_known() -> None:
    assert str(errors.UnknownModelError("x", known=[])) == "unknown model 'x'; known: none"
