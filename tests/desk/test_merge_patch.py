from hypothesis import given
from hypothesis import strategies as st

from pupitre.merge_patch import apply, difference

values = st.recursive(
    st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=8,
)
contexts = st.dictionaries(st.text(max_size=2), values, max_size=4)


def test_a_patch_names_only_what_changed():
    before = {"caller": {"channel": "pstn", "from_e164": "+33639980001"}, "slots": [1], "intent": "BOOK"}
    after = {"caller": {"channel": "pstn"}, "slots": [1, 2], "intent": "BOOK"}

    assert {"caller": {"from_e164": None}, "slots": [1, 2]} == difference(before, after)


@given(contexts, contexts)
def test_the_patched_context_is_the_context_after(before, after):
    assert after == apply(before, difference(before, after))


@given(contexts)
def test_nothing_changed_is_the_empty_patch(context):
    assert {} == difference(context, context)
