package org.tanfang.core

import kotlinx.coroutines.CoroutineScope
import org.tanfang.ffi.Choice
import org.tanfang.ffi.ConflictLine

/** Two people said different things: both are shown, and a person chooses. */
data class ConflictState(
    val loading: Boolean = true,
    val conflicts: List<ConflictLine> = emptyList(),
    /** Of the first conflict the place of the value chosen, from 1. */
    val chosen: Int? = null,
    /** How many were settled since the screen was opened. */
    val settled: Int = 0,
    val trouble: Trouble? = null,
) {
    /** What is to be decided now. */
    val open: ConflictLine? get() = conflicts.firstOrNull()
}

sealed interface ConflictEvent {
    data object Opened : ConflictEvent
    data class Chosen(val place: Int) : ConflictEvent
    data object Settle : ConflictEvent
    /** Another first; this one stays. */
    data object Later : ConflictEvent
}

class ConflictScreen(scope: CoroutineScope, private val phone: Phone) :
    Screen<ConflictState, ConflictEvent>(scope, ConflictState()) {
    private fun told(state: ConflictState, trouble: Trouble) = state.copy(loading = false, trouble = trouble)

    override suspend fun hear(event: ConflictEvent) {
        when (event) {
            ConflictEvent.Opened -> look()
            is ConflictEvent.Chosen -> show { it.copy(chosen = event.place, trouble = null) }
            ConflictEvent.Later -> show { it.copy(conflicts = it.conflicts.drop(1) + it.conflicts.take(1), chosen = null) }
            ConflictEvent.Settle -> settle()
        }
    }

    private suspend fun look() {
        tried(::told) { phone.ask { it.conflicts() } }
            ?.let { found -> show { it.copy(loading = false, conflicts = found, chosen = null, trouble = null) } }
    }

    private suspend fun settle() {
        val open = state.value.open ?: return
        val place = state.value.chosen ?: return
        // What the person saw goes along: a value that came meanwhile is not decided unseen.
        val settled = tried(::told) {
            phone.ask { it.settle(open.id, open.field, Choice.Place(place.toUInt()), open.seen) }
        }
        if (settled != null) {
            show { it.copy(settled = it.settled + 1) }
            look()
        }
    }
}
