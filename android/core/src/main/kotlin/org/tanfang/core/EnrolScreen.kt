package org.tanfang.core

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.launch
import org.tanfang.ffi.Account
import org.tanfang.ffi.SyncProgress

/** The first screen: the county's code makes this phone somebody's. */
data class EnrolState(
    val server: String = "",
    val code: String = "",
    /** Enrolling, or fetching for the first time. */
    val busy: Boolean = false,
    val progress: SyncProgress? = null,
    val trouble: Trouble? = null,
    /** Whose phone it is now, and what it holds; none until then. */
    val account: Account? = null,
) {
    /** Whether there is enough to try with. */
    val ready: Boolean get() = server.isNotBlank() && code.isNotBlank() && !busy
}

sealed interface EnrolEvent {
    data class ServerTyped(val text: String) : EnrolEvent
    data class CodeTyped(val text: String) : EnrolEvent
    /** The code is on paper or on another screen: the phone is to read it. */
    data object Scan : EnrolEvent
    /** What it read: the code, or the server's address and the code with a blank between. */
    data class Scanned(val text: String) : EnrolEvent
    data object Enrol : EnrolEvent
    /** The first fetch again, after it broke off. */
    data object Fetch : EnrolEvent
}

class EnrolScreen(
    scope: CoroutineScope,
    private val phone: Phone,
    private val settings: () -> Settings,
    private val around: Around = NothingAround,
    first: EnrolState = EnrolState(),
) : Screen<EnrolState, EnrolEvent>(scope, first) {
    override suspend fun hear(event: EnrolEvent) {
        when (event) {
            is EnrolEvent.ServerTyped -> show { it.copy(server = event.text, trouble = null) }
            is EnrolEvent.CodeTyped -> show { it.copy(code = event.text, trouble = null) }
            EnrolEvent.Scan -> scope.launch { around.scan()?.let { send(EnrolEvent.Scanned(it)) } }
            is EnrolEvent.Scanned -> scanned(event.text.trim())
            EnrolEvent.Enrol -> enrol()
            EnrolEvent.Fetch -> fetch()
        }
    }

    private fun scanned(text: String) {
        val server = text.substringBefore(' ', "")
        show { it.copy(server = server.ifEmpty { it.server }, code = text.substringAfterLast(' '), trouble = null) }
    }

    private suspend fun enrol() {
        val typed = state.value
        show { it.copy(busy = true, trouble = null) }
        val enrolled = tried({ state, trouble -> state.copy(busy = false, trouble = trouble) }) {
            phone.talk { it.enrol(typed.server.trim(), typed.code.trim()) }
        }
        if (enrolled != null) fetch()
    }

    private suspend fun fetch() {
        show { it.copy(busy = true, trouble = null) }
        val lang = settings().language.code
        // Whose phone it is stands before everything is fetched: who has no signal now goes on later.
        tried({ state, trouble -> state.copy(trouble = trouble) }) {
            phone.talk { tanfang -> tanfang.syncHeard(Told { told -> show { it.copy(progress = told) } }, null, null) }
        }
        tried({ state, trouble -> state.copy(trouble = trouble) }) { phone.ask { it.account(lang) } }
            ?.let { account -> show { it.copy(account = account) } }
        show { it.copy(busy = false, progress = null) }
    }
}
