package org.tanfang.core

import kotlinx.coroutines.CoroutineScope
import org.tanfang.ffi.Status
import org.tanfang.ffi.WaitingLine

/** What was saved here: what waits to be sent, what came back. Nothing here says "sent" before the server did. */
data class SavedState(
    /** Before the first answer of the core: nothing is said of the list until then. */
    val loading: Boolean = true,
    val waiting: List<WaitingLine> = emptyList(),
    val status: Status? = null,
    /** The number of the save that the person is asked about: whether it is to be withdrawn. */
    val withdrawing: ULong? = null,
    /** The save that was just made; none where the list is opened by itself. */
    val just: Boolean = false,
    val trouble: Trouble? = null,
)

sealed interface SavedEvent {
    data object Opened : SavedEvent
    /** Whether it is to be withdrawn is asked; none: it stays. */
    data class Touched(val seq: ULong?) : SavedEvent
    data class Withdraw(val id: String, val seq: ULong) : SavedEvent
}

class SavedScreen(
    scope: CoroutineScope,
    private val phone: Phone,
    private val settings: () -> Settings,
    just: Boolean = false,
) : Screen<SavedState, SavedEvent>(scope, SavedState(just = just)) {
    override suspend fun hear(event: SavedEvent) {
        if (event is SavedEvent.Touched) return show { it.copy(withdrawing = event.seq) }
        val lang = settings().language.code
        tried({ state, trouble -> state.copy(trouble = trouble) }) {
            if (event is SavedEvent.Withdraw) {
                show { it.copy(withdrawing = null) }
                phone.ask { it.withdraw(event.id, event.seq) }
            }
            val (waiting, status) = phone.ask { it.waiting(lang) to it.status() }
            show { it.copy(loading = false, waiting = waiting, status = status, trouble = null) }
        }
    }
}
