"""The sets of questions that everybody can practice with."""

from __future__ import annotations

from collections.abc import Mapping

from fer_web.core.questions import QuestionSet

QUESTION_SETS: Mapping[str, QuestionSet] = {
    "interview": QuestionSet(
        "Job interview",
        "What almost every interviewer asks.",
        (
            "Tell me about yourself.",
            "Why do you want this job?",
            "Which piece of work are you proud of, and what was your part in it?",
            "Tell me about a time when something went wrong. What did you do?",
            "How do you deal with somebody you disagree with?",
            "What would you like to be doing in three years?",
        ),
    ),
    "presentation": QuestionSet(
        "Presentation",
        "The parts of a talk that listeners remember.",
        (
            "Open your talk: who are you, and why should your listeners care?",
            "Explain your main point, without slides.",
            "Make it concrete with one example.",
            "Somebody in the audience doubts your main point. Answer them.",
            "Close your talk: what should your listeners remember?",
        ),
    ),
    "defense": QuestionSet(
        "Thesis defense",
        "What committees want to hear in your own words.",
        (
            "What is your thesis about? Explain it to somebody from another field.",
            "What did you find that nobody knew before?",
            "Why did you choose this method and not another one?",
            "What is the weakest point of your work?",
            "How could somebody else check your results?",
            "What would you do next, if you had another year?",
        ),
    ),
    "small-talk": QuestionSet(
        "Small talk in English",
        "Easy questions, for speaking freely in another language.",
        (
            "How was your weekend?",
            "What is the place like where you grew up?",
            "What do you like to do when you are not working?",
            "What have you watched, read or listened to lately? Would you recommend it?",
            "What are you looking forward to?",
        ),
    ),
}
