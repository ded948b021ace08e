package org.tanfang.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.unit.dp
import org.tanfang.core.SavedEvent
import org.tanfang.core.SavedState
import org.tanfang.ffi.Status
import org.tanfang.ffi.WaitingLine

/** What is saved on this phone. Nothing looks sent before the server said so. */
@Composable
fun SavedView(state: SavedState, supervises: Boolean, on: (SavedEvent) -> Unit, go: (Go) -> Unit) {
    val (words, colors) = LocalWords.current to MaterialTheme.colorScheme
    Page(
        words("saved.title"),
        bottom = {
            if (state.just) Column(Modifier.padding(16.dp), Arrangement.spacedBy(8.dp)) {
                Main(words("saved.to_today"), Modifier.fillMaxWidth()) { go(Go.To(Tab.Today)) }
            } else Bar(Tab.Saved, supervises, go)
        },
    ) {
        if (state.just) item {
            Sheet(colors.primaryContainer) {
                Text("✓ " + words("saved.just"), color = colors.onPrimaryContainer, style = MaterialTheme.typography.titleLarge)
                Text(words("saved.just_lead"), color = colors.onPrimaryContainer, style = MaterialTheme.typography.bodyLarge)
            }
        }
        state.trouble?.let { item { TroubleNote(it) } }
        item { Title(words("saved.waiting_title")) }
        val status = state.status
        if (!state.loading && state.waiting.isEmpty() && status != null) item { NothingWaits(status) }
        items(state.waiting.size, { state.waiting[it].seq.toString() }) { at ->
            val line = state.waiting[at]
            WaitingSheet(line, state.withdrawing == line.seq, on, go)
        }
        if (state.waiting.isNotEmpty() || (status?.photos ?: 0uL) > 0uL) item {
            Other(words("saved.to_sync"), Modifier.fillMaxWidth()) { go(Go.To(Tab.Sync)) }
        }
    }
}

/** That no save waits; that the county has everything only where the core says so. */
@Composable
private fun NothingWaits(status: Status) {
    val words = LocalWords.current
    val lead = when {
        status.allAtCounty -> words("saved.nothing_lead")
        status.photos > 0uL -> words("saved.photos", status.photos)
        else -> words("sync.never")
    }
    Empty(words("saved.nothing"), lead)
}

@Composable
private fun WaitingSheet(line: WaitingLine, withdrawing: Boolean, on: (SavedEvent) -> Unit, go: (Go) -> Unit) {
    val words = LocalWords.current
    Sheet {
        Text(
            listOfNotNull(line.about, line.title).joinToString(" · "),
            color = MaterialTheme.colorScheme.onSurface, style = MaterialTheme.typography.titleMedium,
        )
        Tags { Tag(words("saved." + line.state), strong = line.state == "refused") }
        line.message?.let { Line(it) }
        Line(words.moment(line.savedAt), quiet = true)
        if (withdrawing) Sure(
            words("saved.withdraw_sure"), words("do.withdraw"),
            no = { on(SavedEvent.Touched(null)) }, yes = { on(SavedEvent.Withdraw(line.id, line.seq)) },
        ) else if (line.withdrawable) SideBySide(
            { Other(words("do.withdraw"), it) { on(SavedEvent.Touched(line.seq)) } },
            { Main(words("do.edit_card"), it) { go(Go.Edit(line.id)) } },
        )
    }
}
