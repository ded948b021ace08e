package org.tanfang.ui

import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.ui.graphics.toAwtImage
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.test.ExperimentalTestApi
import androidx.compose.ui.test.DesktopComposeUiTest
import androidx.compose.ui.test.captureToImage
import androidx.compose.ui.test.onRoot
import androidx.compose.ui.test.v2.runDesktopComposeUiTest
import androidx.compose.ui.text.font.FontFamily
import androidx.compose.ui.text.platform.Typeface
import androidx.compose.ui.unit.Density
import java.awt.RenderingHints
import java.awt.image.BufferedImage
import org.jetbrains.skia.FontMgr
import org.tanfang.core.County
import org.tanfang.core.Language
import org.tanfang.core.Settings
import org.tanfang.core.Shade
import org.tanfang.core.Words

/** A phone's screen: 360 × 780 dp. */
const val WIDE = 1080
const val HIGH = 2340
const val DENSITY = 3f

/** As high as a list is long: what a person scrolls to is there at once. */
const val WHOLE = 12_000

/** How a screen is looked at. */
enum class Look(val settings: Settings) {
    Light(Settings(shade = Shade.Light)),
    Dark(Settings(shade = Shade.Dark)),
    Large(Settings(shade = Shade.Light, textScale = 1.5f)),
    English(Settings(Language.English, shade = Shade.Light)),
}

/** Simplified Chinese shapes: the collection's third face. By name the system may give Japanese ones. */
val chinese: FontFamily by lazy {
    val file = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
    FontFamily(Typeface(requireNotNull(FontMgr.default.makeFromFile(file, 2)) { "no $file: apt-get install fonts-noto-cjk" }))
}

/** Draws on a phone's screen and looks at it. */
@OptIn(ExperimentalTestApi::class)
fun onScreen(
    look: Look,
    content: @Composable () -> Unit,
    high: Int = HIGH,
    then: DesktopComposeUiTest.() -> Unit,
) =
    runDesktopComposeUiTest(WIDE, high) {
        setContent {
            CompositionLocalProvider(LocalDensity provides Density(DENSITY)) {
                TanfangTheme(look.settings, Words.of(look.settings.language), County.TODAY, chinese, content)
            }
        }
        then()
    }

/** What is on the screen. */
@OptIn(ExperimentalTestApi::class)
fun DesktopComposeUiTest.picture(): BufferedImage = onRoot().captureToImage().toAwtImage()

/** The same at half its sides: enough to see what moved, a quarter to keep. */
fun BufferedImage.halved(): BufferedImage {
    val half = BufferedImage(width / 2, height / 2, BufferedImage.TYPE_INT_RGB)
    val pen = half.createGraphics()
    pen.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR)
    pen.drawImage(this, 0, 0, half.width, half.height, null)
    pen.dispose()
    return half
}

/** Which part of the picture is clearly another than in [approved]. */
fun BufferedImage.differsFrom(approved: BufferedImage): Double {
    if (width != approved.width || height != approved.height) return 1.0
    var other = 0
    for (y in 0 until height) for (x in 0 until width) {
        val (a, b) = getRGB(x, y) to approved.getRGB(x, y)
        val apart = intArrayOf(16, 8, 0).maxOf { shift -> kotlin.math.abs((a shr shift and 255) - (b shr shift and 255)) }
        if (apart > CLEAR) other++
    }
    return other.toDouble() / (width * height)
}

private const val CLEAR = 40
