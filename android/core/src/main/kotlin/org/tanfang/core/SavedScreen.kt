package org.tanfang.core

import kotlinx.coroutines.CoroutineScope
import org.tanfang.ffi.Status
import org.tanfang.ffi.WaitingLine

/** What was saved here: what waits to be sent, what came back. Nothing here says "sent" before the server did. */
data class SavedState(
    val waiting: List<WaitingLine> = emptyList(),
    val status: Status? = null,
    /** The save that was just made; none where the list is opened by itself. */
    val just: Boolean = false,
    val trouble: Trouble? = null,
)

sealed interface SavedEvent {
    data object Opened : SavedEvent
    data class Withdraw(val id: String, val seq: ULong) : SavedEvent
}

class SavedScreen(
    scope: CoroutineScope,
    private val phone: Phone,
    private val settings: () -> Settings,
    just: Boolean = false,
) : Screen<SavedState, SavedEvent>(scope, SavedState(just = just)) {
    override suspend fun hear(event: SavedEvent) {
        val lang = settings().language.code
        tried({ state, trouble -> state.copy(trouble = trouble) }) {
            if (event is SavedEvent.Withdraw) phone.ask { it.withdraw(event.id, event.seq) }
            val (waiting, status) = phone.ask { it.waiting(lang) to it.status() }
            show { it.copy(waiting = waiting, status = status, trouble = null) }
        }
    }
}
