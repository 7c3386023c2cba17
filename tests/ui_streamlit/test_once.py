"""What a form makes is made once: the form is another one before anything is made."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def page():
    import streamlit as st

    from emfair.errors import BadCall
    from ui_streamlit.components.notices import notices
    from ui_streamlit.components.once import Secret, once, show_kept, turn_of

    show_kept("x")
    with st.form(f"x-{turn_of('x')}"):
        word = st.text_input("Word", key=f"x-{turn_of('x')}-word")
        sent = st.form_submit_button("Make it")
    if sent:
        with notices(), once("x") as held:
            if word == "bad":
                raise BadCall("cannot be.", subject="word", remedy="Another.")
            held.append(Secret("The secret.", f"secret {word}"))
            st.session_state["meanwhile"] = turn_of("x")
        st.rerun()


def sent(word: str) -> AppTest:
    app = AppTest.from_function(page).run()
    app.text_input[0].input(word)
    app.button[0].click().run()
    assert not app.exception
    return app


def test_whoever_sends_the_form_again_meanwhile_finds_another_one():
    app = sent("good")
    assert app.session_state["meanwhile"] == 1
    assert [one.value for one in app.code] == ["secret good"]
    assert app.text_input[0].value == ""


def test_what_fails_gives_the_form_back_and_keeps_no_secret():
    app = sent("bad")
    assert app.session_state["x-turn"] == 0
    assert app.text_input[0].value == "bad"
    assert not app.code
