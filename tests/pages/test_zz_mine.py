import pytest
from . import test_every_page as t
from .test_every_page import test_every_page_as_everybody, test_sealed_foreign_and_invented_look_the_same
pytestmark = pytest.mark.django_db
@pytest.fixture(autouse=True)
def mine(monkeypatch):
    monkeypatch.setattr(t, "ROUTES", {k: v for k, v in t.ROUTES.items() if k.startswith(("records:", "web:record"))})
