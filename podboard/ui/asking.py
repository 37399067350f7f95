"""Asks the person, one question at a time, for whoever needs an answer to go on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import App

    from podboard.model.question import HostKeyQuestion, SecretQuestion
    from podboard.ui.screens.dialog import Answer
    from podboard.ui.screens.questions import Question


class Asking:
    """A person at the app, as ``podboard.model.question.Ask``."""

    def __init__(self, app: App[None]) -> None:
        self._app = app
        self._turn = asyncio.Lock()

    async def answer(self, question: SecretQuestion) -> Sequence[str] | None:
        """Return one text for each prompt, None where the person gives up."""
        from podboard.ui.screens.questions import SecretsDialog

        return await self._show(SecretsDialog(question))

    async def trusts(self, question: HostKeyQuestion) -> bool:
        """Whether the person says that this is the host's key."""
        from podboard.ui.screens.questions import HostKeyDialog

        return await self._show(HostKeyDialog(question)) or False

    async def _show(self, question: Question[Answer]) -> Answer | None:
        async with self._turn:
            try:
                await self._app.push_screen(question)
                return await question.answered
            except asyncio.CancelledError:
                # Nobody waits for the answer any more, and the question would stay.
                question.withdraw()
                raise
