package org.tanfang.ui

import androidx.compose.runtime.Composable
import androidx.compose.runtime.DisposableEffect
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.runtime.key
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.rememberCoroutineScope
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.text.font.FontFamily
import kotlinx.coroutines.CoroutineScope
import org.tanfang.core.Around
import org.tanfang.core.ConflictEvent
import org.tanfang.core.ConflictScreen
import org.tanfang.core.EnrolScreen
import org.tanfang.core.EnrolState
import org.tanfang.core.FormEvent
import org.tanfang.core.FormScreen
import org.tanfang.core.NothingAround
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

/**
 * The whole app: screens and the way between them. What the phone around it does (dial, photograph,
 * locate, scan) is asked of [around]. Where the screen is turned, or the process ends, the way is
 * restored with the page that was open; what was typed is in the core's drafts.
 */
@Composable
fun TanfangApp(
    phone: Phone,
    store: SettingsStore,
    today: String,
    enrolled: Boolean,
    enrol: EnrolState = EnrolState(),
    font: FontFamily = FontFamily.Default,
    around: Around = NothingAround,
) {
    var settings by remember { mutableStateOf(store.read()) }
    var supervises by remember { mutableStateOf(false) }
    val words = remember(settings.language) { Words.of(settings.language) }
    val way = rememberSaveable(saver = Way.Saver) { Way(if (enrolled) Place.At(Tab.Today) else Place.Enrol) }
    LaunchedEffect(way.here.key, settings) {
        supervises = runCatching { phone.ask { it.account(settings.language.code) } }.getOrNull()?.supervises == true
    }
    TanfangTheme(settings, words, today, font) {
        val place = way.here
        key(way.depth, place.key, settings.language) {
            val here = Here(phone, store, rememberCoroutineScope(), supervises, around) { to ->
                if (to is Go.Call) around.dial(to.number) else way.turn(to)
            }
            when (place) {
                Place.Enrol -> here.Enrolling(enrol)
                is Place.At -> here.Tabbed(place.tab) { settings = store.read() }
                is Place.OfPerson -> here.Person(place.id)
                is Place.OfForm -> here.Form(place, way)
                Place.Conflicts -> here.Conflicts()
                Place.JustSaved -> here.Saved(just = true)
            }
        }
    }
}

/** One place with its view model, which ends with it. */
private class Here(
    private val phone: Phone,
    private val store: SettingsStore,
    private val scope: CoroutineScope,
    private val supervises: Boolean,
    private val around: Around,
    private val go: (Go) -> Unit,
) {
    @Composable
    fun Enrolling(first: EnrolState) {
        val screen = remember { EnrolScreen(scope, phone, store::read, around, first) }
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
    fun Form(place: Place.OfForm, way: Way) {
        val screen = remember {
            FormScreen(phone, store::read, place.begun, around, place.page).also { it.send(FormEvent.Opened) }
        }
        val state by screen.state.collectAsState()
        LaunchedEffect(state.again, state.page) { state.again?.let { way.stays(Place.OfForm(it, state.page)) } }
        LaunchedEffect(state.saved) { if (state.saved != null) way.saved() }
        // Leaving keeps what was typed, whichever way one leaves; nothing is written on this thread.
        DisposableEffect(screen) { onDispose { screen.leave() } }
        FormView(state, screen::send, go)
    }
}
