package org.tanfang.ui

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.lazy.LazyListScope
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.foundation.layout.padding
import androidx.compose.ui.unit.dp
import org.tanfang.core.SyncEvent
import org.tanfang.core.SyncState
import org.tanfang.core.Trouble
import org.tanfang.core.Words
import org.tanfang.ffi.Status
import org.tanfang.ffi.SyncProgress
import org.tanfang.ffi.SyncReport
import org.tanfang.ffi.SyncStage

/** How phone and county stand. No signal is no alarm. */
@Composable
fun SyncView(state: SyncState, supervises: Boolean, on: (SyncEvent) -> Unit, go: (Go) -> Unit) {
    val words = LocalWords.current
    Page(
        words("sync.title"),
        bottom = {
            Column {
                val wide = Modifier.fillMaxWidth().padding(16.dp, 12.dp, 16.dp, 4.dp)
                if (state.running) Other(words("sync.stop"), wide) { on(SyncEvent.Stop) }
                else Main(words("sync.start"), wide) { on(SyncEvent.Start) }
                Bar(Tab.Sync, supervises, go)
            }
        },
    ) {
        state.progress?.let { item { Busy(stage(it, words), part(it)) } }
            ?: if (state.running) item { Busy(words("sync.sending")) } else Unit
        state.trouble?.let { item { SyncTrouble(it) } }
        state.report?.let { item { Did(it) } }
        state.status?.let { standing(it, words, go) }
    }
}

private fun stage(progress: SyncProgress, words: Words): String {
    val amount = progress.records
    val so = amount.total?.let { "　" + words("sync.so_far", amount.done, it) } ?: ""
    return words("sync." + progress.stage.name.lowercase()) + so
}

private fun part(progress: SyncProgress): Float? {
    val total = progress.records.total ?: return null
    if (total == 0uL || progress.stage == SyncStage.DONE) return null
    return (progress.records.done.toFloat() / total.toFloat()).coerceIn(0f, 1f)
}

@Composable
private fun SyncTrouble(trouble: Trouble) {
    val words = LocalWords.current
    if (trouble != Trouble.Offline) TroubleNote(trouble) else Sheet(MaterialTheme.colorScheme.secondaryContainer) {
        val front = MaterialTheme.colorScheme.onSecondaryContainer
        Text(words("sync.offline"), color = front, style = MaterialTheme.typography.titleMedium)
        Text(words("sync.offline_lead"), color = front, style = MaterialTheme.typography.bodyLarge)
    }
}

@Composable
private fun Did(report: SyncReport) {
    val words = LocalWords.current
    Sheet {
        val how = when {
            report.stopped -> "sync.stopped"
            report.complete -> "sync.done"
            else -> "sync.incomplete"
        }
        Text(words(how), color = MaterialTheme.colorScheme.onSurface, style = MaterialTheme.typography.titleMedium)
        Line(words("sync.did", report.sent, report.received))
    }
}

private fun LazyListScope.standing(status: Status, words: Words, go: (Go) -> Unit) {
    item {
        Sheet {
            Line(status.serverMillis?.let { words("sync.last", words.moment(it)) } ?: words("sync.never"))
            if (status.allAtCounty) Line(words("sync.all_sent"))
            if (status.unsent > 0uL) Line(words("sync.unsent", status.unsent))
            if (status.photos > 0uL) Line(words("saved.photos", status.photos))
            if (status.waiting > 0uL) Line(words("sync.waiting", status.waiting))
        }
    }
    if (status.refused > 0uL) item { Notice(words("sync.refused", status.refused)) { go(Go.To(Tab.Saved)) } }
    if (status.conflicts > 0uL) item { Notice(words("today.conflicts", status.conflicts)) { go(Go.Conflicts) } }
    if (status.apart.isNotEmpty()) item { Notice(words("sync.apart")) }
}
