import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;

import org.javarosa.core.model.Constants;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.FormIndex;
import org.javarosa.core.model.QuestionDef;
import org.javarosa.core.model.condition.EvaluationContext;
import org.javarosa.core.model.data.IAnswerData;
import org.javarosa.core.model.data.MultipleItemsData;
import org.javarosa.core.model.data.SelectOneData;
import org.javarosa.core.model.data.StringData;
import org.javarosa.core.model.data.UncastData;
import org.javarosa.core.model.data.DateData;
import org.javarosa.core.model.data.DateTimeData;
import org.javarosa.core.model.data.DecimalData;
import org.javarosa.core.model.data.GeoPointData;
import org.javarosa.core.model.data.IntegerData;
import org.javarosa.core.model.data.TimeData;
import org.javarosa.core.model.data.helper.Selection;
import org.javarosa.core.model.instance.InstanceInitializationFactory;
import org.javarosa.core.model.instance.TreeElement;
import org.javarosa.core.model.instance.TreeReference;
import org.javarosa.form.api.FormEntryController;
import org.javarosa.form.api.FormEntryModel;
import org.javarosa.model.xform.XFormsModule;
import org.javarosa.xform.util.XFormAnswerDataSerializer;
import org.javarosa.xform.util.XFormUtils;
import org.javarosa.xpath.XPathParseTool;
import org.javarosa.xpath.expr.XPathFuncExpr;

/**
 * JavaRosa as a program that answers lines with lines, each text in base64:
 * <pre>
 * FORM xml           opens a form
 * ROWS xml           opens a form of which every question is asked again after each step
 * SET path answer    answers a question, "-" clears it
 * ROW path           adds a row, by the path that it will have
 * EVAL path text     what an expression says at a place
 * TIME path a b n    nanoseconds of one answer of n, a and b by turns, after n that warm up
 * </pre>
 * FORM, ROWS, SET and ROW are answered with one line for each leaf, {@code path value flags} (flags of
 * r relevant, q required, o read-only, v valid), EVAL and TIME with {@code = value}; then comes
 * {@code .}, or {@code ! message} where JavaRosa refused.
 */
public final class Reference {
    private static FormDef form;
    private static FormEntryController controller;
    private static boolean again;
    /** The paths of all repeats, without places. */
    private static final Set<String> repeats = new HashSet<>();

    public static void main(String[] words) throws Exception {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        new XFormsModule().registerModule();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            StringBuilder said = new StringBuilder();
            try {
                obey(line.split(" "), said);
                said.append(".\n");
            } catch (Exception | StackOverflowError error) {
                said.setLength(0);
                String message = error.getClass().getSimpleName() + ": " + error.getMessage();
                said.append("! ").append(encoded(message)).append('\n');
            }
            out.print(said);
            out.flush();
        }
    }

    private static void obey(String[] words, StringBuilder said) throws Exception {
        switch (words[0]) {
            case "ROWS":
            case "FORM":
                again = words[0].equals("ROWS");
                open(Base64.getDecoder().decode(words[1]));
                break;
            case "SET":
                TreeReference at = reference(decoded(words[1]));
                form.setValue(answer(at, decoded(words[2])), at, true);
                break;
            case "ROW":
                addRow(decoded(words[1]));
                break;
            case "EVAL":
                String value = evaluated(decoded(words[1]), decoded(words[2]));
                said.append("= ").append(encoded(value)).append('\n');
                return;
            case "TIME":
                long nanos = timed(
                    reference(decoded(words[1])), decoded(words[2]), decoded(words[3]),
                    Integer.parseInt(decoded(words[4])));
                said.append("= ").append(encoded(Long.toString(nanos))).append('\n');
                return;
            default:
                throw new IllegalArgumentException(words[0]);
        }
        walk(null);
        if (again) {
            askAgain(form.getMainInstance().getRoot());
        }
        leaves(form.getMainInstance().getRoot(), said);
    }

    private static void open(byte[] xml) throws Exception {
        form = XFormUtils.getFormFromInputStream(new ByteArrayInputStream(xml));
        form.initialize(true, new InstanceInitializationFactory());
        controller = new FormEntryController(new FormEntryModel(form));
        repeats.clear();
        findRepeats(form.getMainInstance().getRoot(), "");
    }

    private static void findRepeats(TreeElement element, String above) {
        String path = above + "/" + element.getName();
        if (element.isRepeatable()) {
            repeats.add(path);
        }
        for (int i = 0; i < element.getNumChildren(); i++) {
            findRepeats(element.getChildAt(i), path);
        }
    }

    /** Goes through the whole form once, as a person does: that adds the rows that a count asks for. */
    private static FormIndex walk(String newRow) {
        controller.jumpToIndex(FormIndex.createBeginningOfFormIndex());
        int event = controller.stepToNextEvent();
        while (event != FormEntryController.EVENT_END_OF_FORM) {
            FormIndex index = controller.getModel().getFormIndex();
            if (event == FormEntryController.EVENT_PROMPT_NEW_REPEAT
                && path(form.getChildInstanceRef(index)).equals(newRow)) {
                return index;
            }
            event = controller.stepToNextEvent();
        }
        return null;
    }

    /** Works out what depends on each question, in the order of the form. */
    private static void askAgain(TreeElement element) {
        if (element.getMult() == TreeReference.INDEX_TEMPLATE) {
            return;
        }
        form.triggerTriggerables(element.getRef());
        for (int i = 0; i < element.getNumChildren(); i++) {
            askAgain(element.getChildAt(i));
        }
    }

    private static void addRow(String path) {
        FormIndex index = walk(path);
        if (index == null) {
            throw new IllegalStateException("no row can be added at " + path);
        }
        controller.newRepeat(index);
    }

    private static TreeReference reference(String path) {
        TreeReference found = TreeReference.rootRef();
        for (String part : path.substring(1).split("/")) {
            int bracket = part.indexOf('[');
            String name = bracket < 0 ? part : part.substring(0, bracket);
            int place = bracket < 0 ? 1 : Integer.parseInt(part.substring(bracket + 1, part.length() - 1));
            found = found.extendRef(name, place - 1);
        }
        return found;
    }

    private static String path(TreeReference reference) {
        StringBuilder path = new StringBuilder();
        StringBuilder names = new StringBuilder();
        for (int i = 0; i < reference.size(); i++) {
            path.append('/').append(reference.getName(i));
            names.append('/').append(reference.getName(i));
            if (repeats.contains(names.toString())) {
                path.append('[').append(reference.getMultiplicity(i) + 1).append(']');
            }
        }
        return path.toString();
    }

    private static IAnswerData answer(TreeReference at, String text) {
        if (text.isEmpty()) {
            return null;
        }
        UncastData given = new UncastData(text);
        QuestionDef question = FormDef.findQuestionByRef(at, form);
        int control = question == null ? Constants.CONTROL_INPUT : question.getControlType();
        if (control == Constants.CONTROL_SELECT_ONE) {
            return new SelectOneData(new Selection(text));
        }
        if (control == Constants.CONTROL_SELECT_MULTI) {
            return new MultipleItemsData().cast(given);
        }
        switch (form.getMainInstance().resolveReference(at).getDataType()) {
            case Constants.DATATYPE_INTEGER:
                return new IntegerData().cast(given);
            case Constants.DATATYPE_DECIMAL:
                return new DecimalData().cast(given);
            case Constants.DATATYPE_DATE:
                return new DateData().cast(given);
            case Constants.DATATYPE_DATE_TIME:
                return new DateTimeData().cast(given);
            case Constants.DATATYPE_TIME:
                return new TimeData().cast(given);
            case Constants.DATATYPE_GEOPOINT:
                return new GeoPointData().cast(given);
            default:
                return new StringData(text);
        }
    }

    private static long timed(TreeReference at, String one, String other, int count) {
        IAnswerData[] answers = {answer(at, one), answer(at, other)};
        long began = 0;
        for (int i = 0; i < 2 * count; i++) {
            if (i == count) {
                began = System.nanoTime();
            }
            form.setValue(answers[i % 2], at, true);
        }
        return (System.nanoTime() - began) / count;
    }

    private static String evaluated(String path, String text) throws Exception {
        EvaluationContext at = new EvaluationContext(form.getEvaluationContext(), reference(path));
        Object value = XPathParseTool.parseXPath(text).eval(form.getMainInstance(), at);
        return XPathFuncExpr.toString(value);
    }

    private static void leaves(TreeElement element, StringBuilder said) {
        if (element.getMult() == TreeReference.INDEX_TEMPLATE || element.getName().equals("meta")) {
            return;
        }
        if (element.getNumChildren() > 0) {
            for (int i = 0; i < element.getNumChildren(); i++) {
                leaves(element.getChildAt(i), said);
            }
            return;
        }
        // A repeat without questions has nothing to say.
        if (element.isRepeatable()) {
            return;
        }
        IAnswerData value = element.getValue();
        boolean relevant = element.isRelevant();
        boolean required = element.isRequired();
        boolean valid = !relevant || (value == null ? !required : form.evaluateConstraint(element.getRef(), value));
        said.append(encoded(path(element.getRef()))).append(' ').append(encoded(written(value))).append(' ');
        said.append(relevant ? 'r' : '-').append(required ? 'q' : '-');
        said.append(element.isEnabled() ? '-' : 'o').append(valid ? 'v' : '-').append('\n');
    }

    private static String written(IAnswerData value) {
        if (value == null) {
            return "";
        }
        return String.valueOf(new XFormAnswerDataSerializer().serializeAnswerData(value));
    }

    private static String encoded(String text) {
        return text.isEmpty() ? "-" : Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String decoded(String word) {
        return word.equals("-") ? "" : new String(Base64.getDecoder().decode(word), StandardCharsets.UTF_8);
    }
}
