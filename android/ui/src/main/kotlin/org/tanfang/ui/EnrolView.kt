package org.tanfang.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.material3.LinearProgressIndicator
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.dp
import org.tanfang.core.EnrolEvent
import org.tanfang.core.EnrolState

/** The first screen: scan or type the county's code, then see whose phone it is and what it holds. */
@Composable
fun EnrolView(state: EnrolState, on: (EnrolEvent) -> Unit, go: (Go) -> Unit) {
    val words = LocalWords.current
    Page(words("enrol.title"), bottom = { EnrolButtons(state, on, go) }) {
        val account = state.account
        if (account == null) {
            item { Line(words("enrol.lead")) }
            item { Other(words("enrol.scan"), Modifier.fillMaxWidth()) { on(EnrolEvent.Scan) } }
            item { Field(words("enrol.server"), state.server, keys = Keys.Address) { on(EnrolEvent.ServerTyped(it)) } }
            item {
                Field(words("enrol.code"), state.code, hint = words("enrol.code_hint"), keys = Keys.Code) {
                    on(EnrolEvent.CodeTyped(it))
                }
            }
            item { Sheet { Line(words("enrol.notice")) } }
        } else {
            item { Sheet { Line(words("enrol.mine", account.name)) } }
            item { Title(words("enrol.roles")) }
            items(account.roles.size) { place ->
                val role = account.roles[place]
                Sheet { Line(words("settings.role", role.label, role.areaName ?: role.area)) }
            }
            item { Sheet { Line(words("enrol.holds", account.people)) } }
        }
        if (state.busy) item { Busy(words(if (state.progress == null) "enrol.busy" else "enrol.fetching")) }
        state.trouble?.let { item { TroubleNote(it) } }
    }
}

@Composable
private fun EnrolButtons(state: EnrolState, on: (EnrolEvent) -> Unit, go: (Go) -> Unit) {
    val words = LocalWords.current
    Column(Modifier.padding(16.dp), Arrangement.spacedBy(8.dp)) {
        val wide = Modifier.fillMaxWidth()
        when {
            state.account == null -> Main(words("enrol.go"), wide, state.ready) { on(EnrolEvent.Enrol) }
            else -> {
                if (state.trouble != null && !state.busy) Other(words("do.retry"), wide) { on(EnrolEvent.Fetch) }
                Main(words("enrol.begin"), wide, !state.busy) { go(Go.Begin) }
            }
        }
    }
}

/** That something goes on, and what. */
@Composable
fun Busy(text: String, part: Float? = null) {
    Sheet {
        Line(text)
        val wide = Modifier.fillMaxWidth()
        if (part == null) LinearProgressIndicator(wide) else LinearProgressIndicator({ part }, wide)
    }
}
