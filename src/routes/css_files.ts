// The style sheets of the page, as text, by the path each is served at (assets.ts).
import cssAttachingCss from "../../static/css/attaching.css" with { type: "text" };
import cssBaseCss from "../../static/css/base.css" with { type: "text" };
import cssCompletionCss from "../../static/css/completion.css" with { type: "text" };
import cssComposerCss from "../../static/css/composer.css" with { type: "text" };
import cssDeedsCss from "../../static/css/deeds.css" with { type: "text" };
import cssDialogCss from "../../static/css/dialog.css" with { type: "text" };
import cssDoorCss from "../../static/css/door.css" with { type: "text" };
import cssEmptyCss from "../../static/css/empty.css" with { type: "text" };
import cssFilesCss from "../../static/css/files.css" with { type: "text" };
import cssHelpCss from "../../static/css/help.css" with { type: "text" };
import cssJumpCss from "../../static/css/jump.css" with { type: "text" };
import cssLayoutCss from "../../static/css/layout.css" with { type: "text" };
import cssLogCss from "../../static/css/log.css" with { type: "text" };
import cssMessageCss from "../../static/css/message.css" with { type: "text" };
import cssNoticeCss from "../../static/css/notice.css" with { type: "text" };
import cssPanelCss from "../../static/css/panel.css" with { type: "text" };
import cssPeopleCss from "../../static/css/people.css" with { type: "text" };
import cssPopupCss from "../../static/css/popup.css" with { type: "text" };
import cssReferenceCss from "../../static/css/reference.css" with { type: "text" };
import cssSearchCss from "../../static/css/search.css" with { type: "text" };
import cssSystemCss from "../../static/css/system.css" with { type: "text" };
import cssTokensCss from "../../static/css/tokens.css" with { type: "text" };

export const CSS_FILES: Record<string, string> = {
  "/css/attaching.css": cssAttachingCss,
  "/css/base.css": cssBaseCss,
  "/css/completion.css": cssCompletionCss,
  "/css/composer.css": cssComposerCss,
  "/css/deeds.css": cssDeedsCss,
  "/css/dialog.css": cssDialogCss,
  "/css/door.css": cssDoorCss,
  "/css/empty.css": cssEmptyCss,
  "/css/files.css": cssFilesCss,
  "/css/help.css": cssHelpCss,
  "/css/jump.css": cssJumpCss,
  "/css/layout.css": cssLayoutCss,
  "/css/log.css": cssLogCss,
  "/css/message.css": cssMessageCss,
  "/css/notice.css": cssNoticeCss,
  "/css/panel.css": cssPanelCss,
  "/css/people.css": cssPeopleCss,
  "/css/popup.css": cssPopupCss,
  "/css/reference.css": cssReferenceCss,
  "/css/search.css": cssSearchCss,
  "/css/system.css": cssSystemCss,
  "/css/tokens.css": cssTokensCss,
};
