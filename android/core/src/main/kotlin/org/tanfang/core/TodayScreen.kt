package org.tanfang.core

import kotlinx.coroutines.CoroutineScope
import org.tanfang.ffi.Account
import org.tanfang.ffi.BegunLine
import org.tanfang.ffi.Paged
import org.tanfang.ffi.Status
import org.tanfang.ffi.Today
import org.tanfang.ffi.TodayLine

/** The screen that the day begins with: who is due, what was begun, what came back. */
data class TodayState(
    /** Before the first answer of the core. */
    val loading: Boolean = true,
    val account: Account? = null,
    /** The head of the list; its lines are [lines], gathered page by page. */
    val today: Today? = null,
    val lines: List<TodayLine> = emptyList(),
    val begun: List<BegunLine> = emptyList(),
    val status: Status? = null,
    val search: String = "",
    val trouble: Trouble? = null,
) {
    /** Whether the core has more lines than are shown. */
    val more: Boolean get() = today != null && lines.size < today.total.toInt()
}

sealed interface TodayEvent {
    data object Opened : TodayEvent
    data class Searched(val words: String) : TodayEvent
    data object More : TodayEvent
}

class TodayScreen(scope: CoroutineScope, private val phone: Phone, private val settings: () -> Settings) :
    Screen<TodayState, TodayEvent>(scope, TodayState()) {
    override suspend fun hear(event: TodayEvent) {
        when (event) {
            TodayEvent.Opened -> look()
            is TodayEvent.Searched -> {
                show { it.copy(search = event.words) }
                look()
            }
            TodayEvent.More -> if (state.value.more) {
                page(state.value.lines.size)?.let { next -> show { it.copy(lines = it.lines + next.lines) } }
            }
        }
    }

    private suspend fun look() {
        phone.settled()
        val lang = settings().language.code
        val today = page(0)
        tried(::told) {
            phone.ask { Triple(it.account(lang), it.begun(lang), it.status()) }
        }?.let { (account, begun, status) ->
            show { it.copy(account = account, begun = begun, status = status, trouble = null) }
        }
        show { it.copy(loading = false, today = today ?: it.today, lines = today?.lines ?: it.lines) }
    }

    private suspend fun page(offset: Int): Today? {
        val paged = Paged(search = state.value.search, lang = settings().language.code, offset = offset.toUInt())
        return tried(::told) { phone.ask { it.today(paged) } }
    }

    private fun told(state: TodayState, trouble: Trouble) = state.copy(loading = false, trouble = trouble)
}
