package org.tanfang.core

import kotlinx.coroutines.CoroutineScope
import org.tanfang.ffi.Asked
import org.tanfang.ffi.AskedLine
import org.tanfang.ffi.Explanation
import org.tanfang.ffi.Paged
import org.tanfang.ffi.Unseen
import org.tanfang.ffi.UnseenLine

/** Who has not been seen, for a supervisor: by the person's own risk and days, never by worker. */
data class NotSeenState(
    val loading: Boolean = true,
    val unseen: Unseen? = null,
    val lines: List<UnseenLine> = emptyList(),
    val search: String = "",
    /** Why one line is as it is; none while the list is shown. */
    val explanation: Explanation? = null,
    val trouble: Trouble? = null,
) {
    val more: Boolean get() = unseen != null && lines.size < unseen.total.toInt()
}

sealed interface NotSeenEvent {
    data object Opened : NotSeenEvent
    data class Searched(val words: String) : NotSeenEvent
    data object More : NotSeenEvent
    data class Why(val unit: String, val rule: String, val period: String?) : NotSeenEvent
    data object WhyClosed : NotSeenEvent
}

class NotSeenScreen(scope: CoroutineScope, private val phone: Phone, private val settings: () -> Settings) :
    Screen<NotSeenState, NotSeenEvent>(scope, NotSeenState()) {
    private fun told(state: NotSeenState, trouble: Trouble) = state.copy(loading = false, trouble = trouble)

    override suspend fun hear(event: NotSeenEvent) {
        when (event) {
            NotSeenEvent.Opened -> look()
            is NotSeenEvent.Searched -> {
                show { it.copy(search = event.words) }
                look()
            }
            NotSeenEvent.More -> if (state.value.more) {
                page(state.value.lines.size)?.let { next -> show { it.copy(lines = it.lines + next.lines) } }
            }
            is NotSeenEvent.Why -> tried(::told) {
                phone.ask { it.explain(AskedLine(event.unit, event.rule, event.period)) }
            }?.let { found -> show { it.copy(explanation = found, trouble = null) } }
            NotSeenEvent.WhyClosed -> show { it.copy(explanation = null) }
        }
    }

    private suspend fun look() {
        page(0)?.let { unseen -> show { it.copy(loading = false, unseen = unseen, lines = unseen.lines, trouble = null) } }
    }

    private suspend fun page(offset: Int): Unseen? {
        val paged = Paged(search = state.value.search, lang = settings().language.code, offset = offset.toUInt())
        return tried(::told) { phone.ask { it.notSeen(Asked(), paged) } }
    }
}
