;;; mwf-mode-tests.el --- Tests of mwf-mode -*- lexical-binding: t -*-

;; SPDX-License-Identifier: MIT OR Apache-2.0

;;; Commentary:

;; emacs --batch -L editors/emacs -l mwf-mode-tests -f ert-run-tests-batch-and-exit

;;; Code:

(require 'ert)
(require 'mwf-mode)

(defconst mwf-tests-root (expand-file-name "../../" (file-name-directory (or load-file-name buffer-file-name))))

(defun mwf-tests--face (text)
  "The face of the first place that is TEXT."
  (goto-char (point-min))
  (search-forward text)
  (get-text-property (match-beginning 0) 'face))

(ert-deftest mwf-tests-canonical-files-stay ()
  "What `mispflow fmt' has written is not indented otherwise.
Several events below `given' are an exception: they are not in brackets."
  (let ((files (directory-files-recursively (expand-file-name "examples" mwf-tests-root) "\\.mwf\\'")))
    (should (> (length files) 25))
    (dolist (file files)
      (with-temp-buffer
        (insert-file-contents file)
        (mwf-mode)
        (unless (re-search-forward "^ *given$" nil t)
          (let ((before (buffer-string)) (inhibit-message t))
            (indent-region (point-min) (point-max))
            (should (equal (cons file (buffer-string)) (cons file before)))))))))

(ert-deftest mwf-tests-colours ()
  (with-temp-buffer
    (insert "workflow guard on event-publish { # why\n  filter: \"x # y\"\n  if published { goto @end }\n  webhook(url: env(\"A\"))\n}\n")
    (insert "let text = \"\"\"\n  a \"quoted\" word # not a comment\n  \"\"\"\nlet next = 1\n")
    (mwf-mode)
    (font-lock-ensure)
    (should (eq (mwf-tests--face "workflow") 'font-lock-keyword-face))
    (should (eq (mwf-tests--face "guard") 'font-lock-function-name-face))
    (should (eq (mwf-tests--face "event-publish") 'font-lock-constant-face))
    (should (eq (mwf-tests--face "why") 'font-lock-comment-face))
    (should (eq (mwf-tests--face "filter") 'font-lock-variable-name-face))
    (should (eq (mwf-tests--face "# y") 'font-lock-string-face))
    (should (eq (mwf-tests--face "if") 'font-lock-keyword-face))
    (should (eq (mwf-tests--face "@end") 'font-lock-constant-face))
    (should (eq (mwf-tests--face "webhook") 'font-lock-function-name-face))
    (should (eq (mwf-tests--face "env") 'font-lock-builtin-face))
    (should (eq (mwf-tests--face "quoted") 'font-lock-string-face))
    (should (eq (mwf-tests--face "not a comment") 'font-lock-string-face))
    (should (eq (mwf-tests--face "next") 'font-lock-function-name-face))))

(ert-deftest mwf-tests-files-open-in-the-mode ()
  (should (eq (cdr (assoc "\\.mwf\\'" auto-mode-alist)) 'mwf-mode)))

(provide 'mwf-mode-tests)
;;; mwf-mode-tests.el ends here
