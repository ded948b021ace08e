package org.tanfang.ui

import androidx.compose.runtime.Composable
import androidx.compose.runtime.DisposableEffect
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.runtime.key
import androidx.compose.runtime.mutableStateListOf
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.rememberCoroutineScope
import androidx.compose.runtime.setValue
import androidx.compose.ui.text.font.FontFamily
import kotlinx.coroutines.CoroutineScope
import org.tanfang.core.ConflictEvent
import org.tanfang.core.ConflictScreen
import org.tanfang.core.EnrolScreen
import org.tanfang.core.EnrolState
import org.tanfang.core.FormEvent
import org.tanfang.core.FormScreen
import org.tanfang.core.NotSeenEvent
import org.tanfang.core.NotSeenScreen
import org.tanfang.core.PersonEvent
import org.tanfang.core.PersonScreen
import org.tanfang.core.Phone
import org.tanfang.core.SavedEvent
import org.tanfang.core.SavedScreen
import org.tanfang.core.SettingsEvent
import org.tanfang.core.SettingsScreen
import org.tanfang.core.SettingsStore
import org.tanfang.core.SyncEvent
import org.tanfang.core.SyncScreen
import org.tanfang.core.TodayEvent
import org.tanfang.core.TodayScreen
import org.tanfang.core.Words
import org.tanfang.ffi.Begun

/** Where a person is. */
sealed interface Place {
    data object Enrol : Place
    data class At(val tab: Tab) : Place
    data class OfPerson(val id: String) : Place
    data class OfForm(val begun: Begun) : Place
    data object Conflicts : Place
    data object JustSaved : Place
}

/**
 * The whole app: screens and the way between them. What the phone around it does (dial, photograph,
 * locate, scan) goes out by [outside].
 */
@Composable
fun TanfangApp(
    phone: Phone,
    store: SettingsStore,
    today: String,
    enrolled: Boolean,
    enrol: EnrolState = EnrolState(),
    font: FontFamily = FontFamily.Default,
    outside: (Go) -> Unit = {},
) {
    var settings by remember { mutableStateOf(store.read()) }
    var supervises by remember { mutableStateOf(false) }
    val words = remember(settings.language) { Words.of(settings.language) }
    val way = remember { mutableStateListOf<Place>(if (enrolled) Place.At(Tab.Today) else Place.Enrol) }
    val go = { to: Go -> if (!way.turn(to)) outside(to) }
    LaunchedEffect(way.lastOrNull(), settings) {
        supervises = runCatching { phone.ask { it.account(settings.language.code) } }.getOrNull()?.supervises == true
    }
    TanfangTheme(settings, words, today, font) {
        val place = way.last()
        key(place, settings.language) {
            val here = Here(phone, store, rememberCoroutineScope(), supervises, go)
            when (place) {
                Place.Enrol -> here.Enrolling(enrol)
                is Place.At -> here.Tabbed(place.tab) { settings = store.read() }
                is Place.OfPerson -> here.Person(place.id)
                is Place.OfForm -> here.Form(place.begun) { way.removeLast(); way.add(Place.JustSaved) }
                Place.Conflicts -> here.Conflicts()
                Place.JustSaved -> here.Saved(just = true)
            }
        }
    }
}

/** Goes there, where it is a place of the app. */
private fun MutableList<Place>.turn(to: Go): Boolean {
    when (to) {
        Go.Back -> if (size > 1) removeLast()
        Go.Begin -> begin(Tab.Today)
        is Go.To -> begin(to.tab)
        is Go.Person -> add(Place.OfPerson(to.id))
        is Go.Visit -> add(Place.OfForm(Begun.New("visit", to.person)))
        is Go.Edit -> add(Place.OfForm(Begun.Edit(to.record)))
        is Go.Draft -> add(Place.OfForm(Begun.Draft(to.id)))
        Go.Conflicts -> add(Place.Conflicts)
        is Go.Call, is Go.Photo, is Go.Signature, is Go.Scan, is Go.Locate -> return false
    }
    return true
}

private fun MutableList<Place>.begin(tab: Tab) {
    clear()
    add(Place.At(tab))
}

/** One place with its view model, which ends with it. */
private class Here(
    private val phone: Phone,
    private val store: SettingsStore,
    private val scope: CoroutineScope,
    private val supervises: Boolean,
    private val go: (Go) -> Unit,
) {
    @Composable
    fun Enrolling(first: EnrolState) {
        val screen = remember { EnrolScreen(scope, phone, store::read, first) }
        val state by screen.state.collectAsState()
        EnrolView(state, screen::send, go)
    }

    @Composable
    fun Tabbed(tab: Tab, altered: () -> Unit) = when (tab) {
        Tab.Today -> Today()
        Tab.Saved -> Saved(just = false)
        Tab.Sync -> Sync()
        Tab.NotSeen -> NotSeen()
        Tab.Settings -> Settings(altered)
    }

    @Composable
    private fun Today() {
        val screen = remember { TodayScreen(scope, phone, store::read).also { it.send(TodayEvent.Opened) } }
        val state by screen.state.collectAsState()
        TodayView(state, screen::send, go)
    }

    @Composable
    fun Saved(just: Boolean) {
        val screen = remember { SavedScreen(scope, phone, store::read, just).also { it.send(SavedEvent.Opened) } }
        val state by screen.state.collectAsState()
        SavedView(state, supervises, screen::send, go)
    }

    @Composable
    private fun Sync() {
        val screen = remember { SyncScreen(scope, phone).also { it.send(SyncEvent.Opened) } }
        val state by screen.state.collectAsState()
        SyncView(state, supervises, screen::send, go)
    }

    @Composable
    private fun NotSeen() {
        val screen = remember { NotSeenScreen(scope, phone, store::read).also { it.send(NotSeenEvent.Opened) } }
        val state by screen.state.collectAsState()
        NotSeenView(state, screen::send, go)
    }

    @Composable
    private fun Settings(altered: () -> Unit) {
        val screen = remember { SettingsScreen(scope, phone, store).also { it.send(SettingsEvent.Opened) } }
        val state by screen.state.collectAsState()
        LaunchedEffect(state.settings) { altered() }
        SettingsView(state, screen::send, go)
    }

    @Composable
    fun Person(id: String) {
        val screen = remember { PersonScreen(scope, phone, store::read, id).also { it.send(PersonEvent.Opened) } }
        val state by screen.state.collectAsState()
        PersonView(state, screen::send, go)
    }

    @Composable
    fun Conflicts() {
        val screen = remember { ConflictScreen(scope, phone).also { it.send(ConflictEvent.Opened) } }
        val state by screen.state.collectAsState()
        ConflictView(state, screen::send, go)
    }

    @Composable
    fun Form(begun: Begun, saved: () -> Unit) {
        val screen = remember { FormScreen(scope, phone, store::read, begun).also { it.send(FormEvent.Opened) } }
        val state by screen.state.collectAsState()
        LaunchedEffect(state.saved) { if (state.saved != null) saved() }
        // Leaving keeps what was typed, whichever way one leaves.
        DisposableEffect(screen) { onDispose { screen.keepNow() } }
        FormView(state, screen::send, go)
    }
}
