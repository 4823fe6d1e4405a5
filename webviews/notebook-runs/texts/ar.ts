import type { Texts } from './en.ts'

export const arabic: Texts = {
  'runs.count':
    '{count, plural, zero {لا عمليات تشغيل} one {عملية تشغيل واحدة} two {عمليتا تشغيل} few {# عمليات تشغيل} many {# عملية تشغيل} other {# عملية تشغيل}}',
  'runs.countOf':
    '{listed} من {count, plural, zero {لا عمليات تشغيل} one {عملية تشغيل واحدة} two {عمليتي تشغيل} few {# عمليات تشغيل} many {# عملية تشغيل} other {# عملية تشغيل}}',
  'best.maximize': 'الأفضل = أعلى {metric}',
  'best.minimize': 'الأفضل = أدنى {metric}',
  'best.mark': 'أفضل عملية تشغيل',
  none: 'لا عمليات تشغيل.',
  equal: 'لا تختلف عمليات التشغيل.',
  better: 'أفضل',
  worse: 'أسوأ',

  'column.run': 'التشغيل',
  'column.name': 'الاسم',
  'column.status': 'الحالة',
  'column.started': 'البدء',
  'column.took': 'المدة',
  'column.key': 'المفتاح',

  'status.RUNNING': 'قيد التشغيل',
  'status.SCHEDULED': 'مجدول',
  'status.FINISHED': 'انتهى',
  'status.FAILED': 'فشل',
  'status.KILLED': 'أُوقف',

  'section.params': 'المعلمات',
  'section.metrics': 'المقاييس',
  'section.code': 'التعليمات البرمجية',
  'section.environment': 'البيئة',
  'section.data': 'البيانات',
  'section.command': 'الأمر',
  'section.tags': 'الوسوم',
  'section.artifacts': 'المخرجات',

  live: 'مباشر: يتابع عمليات التشغيل',
  readAt: 'كما في {time}',
  refresh: 'تحديث',
  refreshing: 'جارٍ التحديث …',
  open: 'فتح جدول عمليات التشغيل',
  compare: 'فتح المقارنة',
}
