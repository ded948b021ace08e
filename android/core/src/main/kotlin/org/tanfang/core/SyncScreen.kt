package org.tanfang.core

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.launch
import org.tanfang.ffi.Status
import org.tanfang.ffi.SyncProgress
import org.tanfang.ffi.SyncReport
import org.tanfang.ffi.SyncSwitch

/** How phone and county stand; no alarm where there is no signal. */
data class SyncState(
    val status: Status? = null,
    val running: Boolean = false,
    val progress: SyncProgress? = null,
    /** What the last sync of this screen did. */
    val report: SyncReport? = null,
    val trouble: Trouble? = null,
)

sealed interface SyncEvent {
    data object Opened : SyncEvent
    data object Start : SyncEvent
    data object Stop : SyncEvent
}

class SyncScreen(scope: CoroutineScope, private val phone: Phone) : Screen<SyncState, SyncEvent>(scope, SyncState()) {
    private var switch: SyncSwitch? = null

    override suspend fun hear(event: SyncEvent) {
        when (event) {
            SyncEvent.Opened -> look()
            SyncEvent.Start -> if (!state.value.running) start()
            SyncEvent.Stop -> switch?.stop()
        }
    }

    /** Beside the other events, so that the one that stops it is heard. */
    private fun start() {
        val own = SyncSwitch()
        switch = own
        show { it.copy(running = true, report = null, trouble = null) }
        scope.launch {
            val report = tried({ state, trouble -> state.copy(trouble = trouble) }) {
                phone.talk { it.syncHeard(Told { told -> show { state -> state.copy(progress = told) } }, own, null) }
            }
            look()
            show { it.copy(running = false, progress = null, report = report) }
        }
    }

    private suspend fun look() {
        tried({ state, trouble -> state.copy(trouble = trouble) }) { phone.ask { it.status() } }
            ?.let { status -> show { it.copy(status = status) } }
    }
}
